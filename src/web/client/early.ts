// Runs before the first paint, so that a remembered theme does not flash. The only script that blocks.
{
  const theme = localStorage.getItem('holdfast.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
}
