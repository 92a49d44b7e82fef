// Styles are bundled beside the script that asks for them.
declare module '*.css';
