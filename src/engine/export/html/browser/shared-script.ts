/** The switch between light and dark, and when the rest begins. What was chosen is kept where the browser allows it. */
export const sharedScript = String.raw`'use strict';
const root = document.documentElement;
const systemDark = matchMedia('(prefers-color-scheme: dark)');
try {
  const kept = localStorage.getItem('sessions-theme');
  if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
} catch {}
const isDark = () => (root.dataset.theme ?? (systemDark.matches ? 'dark' : 'light')) === 'dark';
function startTheme() {
  const button = document.getElementById('theme');
  const label = () => { button.textContent = isDark() ? 'Light' : 'Dark'; };
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.setItem('sessions-theme', root.dataset.theme); } catch {}
    label();
  });
  systemDark.addEventListener('change', label);
  label();
  document.getElementById('controls').hidden = false;
}
const isTyping = (event) => event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('input, textarea');
const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|\/]/g, '\\$&').replace(/\s+/g, '\\s+');
`;
