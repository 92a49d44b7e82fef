// Shell scripts that call `holdfast completion --answer`, which prints one candidate per line: text and description
// with a tab in between. Words are passed unchanged, never through eval. Without candidates, the shell offers files.

const BASH = `# bash completion for holdfast
_holdfast() {
  local text about
  COMPREPLY=()
  while IFS=$'\\t' read -r text about; do
    COMPREPLY+=("$text")
  done < <("$1" completion --answer bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _holdfast holdfast
`;

const ZSH = `#compdef holdfast
# zsh completion for holdfast
_holdfast() {
  local text about
  local -a shown
  while IFS=$'\\t' read -r text about; do
    shown+=("\${text//:/\\\\:}:$about")
  done < <("\${(Q)words[1]}" completion --answer zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#shown} )); then
    _describe holdfast shown
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _holdfast ]]; then
  _holdfast "$@"
else
  compdef _holdfast holdfast
fi
`;

const FISH = `# fish completion for holdfast
function __holdfast_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] completion --answer fish -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c holdfast -f -a '(__holdfast_complete)'
`;

export const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
