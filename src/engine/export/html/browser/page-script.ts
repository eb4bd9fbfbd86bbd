import { searchScript } from './search-script.ts';
import { sharedScript } from './shared-script.ts';

/** Search, folding and the contents of a session's page. */
export const pageScript = `${sharedScript}
${searchScript}
function startFolding() {
  const foldAll = (open) => {
    for (const each of document.querySelectorAll('main details')) each.open = open;
  };
  document.getElementById('unfold').addEventListener('click', () => foldAll(true));
  document.getElementById('fold').addEventListener('click', () => foldAll(false));
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('main details:not([open])')];
    for (const each of closed) each.open = true;
  });
  addEventListener('afterprint', () => {
    for (const each of closed) each.open = false;
    closed = [];
  });
  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.matches('details')) target.open = true;
  };
  addEventListener('hashchange', openTarget);
  openTarget();
}

function completeContents() {
  const list = document.querySelector('#contents ol');
  const known = new Set();
  for (const link of list.querySelectorAll('a')) known.add(link.hash);
  for (const turn of document.querySelectorAll('main > .turn')) {
    if (turn.id === 'turn-0' || known.has('#' + turn.id)) continue;
    const link = document.createElement('a');
    const number = document.createElement('b');
    const said = turn.querySelector('.user .md')?.textContent ?? '';
    link.href = '#' + turn.id;
    number.textContent = turn.id.split('-')[1];
    link.append(number, ' ' + said.slice(0, 70));
    const row = document.createElement('li');
    row.className = turn.classList.contains('gone') ? 'gone' : '';
    row.append(link);
    list.append(row);
  }
}

// Marks the turn that is being read, and keeps it in sight.
function followTurns() {
  const side = document.getElementById('side');
  const links = new Map();
  for (const link of document.querySelectorAll('#contents a')) links.set(link.hash.slice(1), link);
  let current = null;
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const link = links.get(target.id);
      if (!isIntersecting || !link || link === current) continue;
      current?.removeAttribute('aria-current');
      current = link;
      link.setAttribute('aria-current', 'location');
      const top = link.offsetTop - side.scrollTop;
      if (top < 0 || top > side.clientHeight - 40) side.scrollTop = link.offsetTop - side.clientHeight / 2;
    }
  }, { rootMargin: '-20% 0px -79% 0px' });
  for (const turn of document.querySelectorAll('main > .turn')) watch.observe(turn);
}

document.addEventListener('DOMContentLoaded', () => {
  startTheme();
  startSearch();
  startFolding();
  completeContents();
  followTurns();
});
`;
