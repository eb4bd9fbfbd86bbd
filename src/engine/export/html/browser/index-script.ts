import { sharedScript } from './shared-script.ts';

/** Filtering and sorting of the table of sessions. */
export const indexScript = `${sharedScript}${String.raw`
function startFilter(rows) {
  const query = document.getElementById('query');
  const hits = document.getElementById('hits');
  const filter = () => {
    const wanted = query.value.trim();
    const pattern = new RegExp(escaped(wanted), 'iu');
    let shown = 0;
    for (const row of rows()) {
      row.hidden = wanted !== '' && !pattern.test(row.textContent);
      if (!row.hidden) shown++;
    }
    hits.textContent = wanted === '' ? '' : shown + ' of ' + rows().length;
  };
  query.addEventListener('input', filter);
  document.getElementById('next').hidden = true;
  document.getElementById('previous').hidden = true;
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && event.target === query) {
      query.value = '';
      filter();
      query.blur();
    }
    if (isTyping(event) || event.key !== '/') return;
    event.preventDefault();
    query.focus();
    query.select();
  });
}

function startSorting(table, rows) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.textContent = '';
    head.append(button);
    const isNumber = head.classList.contains('number');
    const valueOf = (row) => {
      const text = row.cells[column].textContent;
      return isNumber ? Number(text.replace(/\s/g, '') || -1) : text;
    };
    button.addEventListener('click', () => {
      const isUp = head.getAttribute('aria-sort') !== 'ascending';
      for (const each of heads) each.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
      const sorted = rows().map((row) => [valueOf(row), row]);
      sorted.sort(([a], [b]) => (isUp ? 1 : -1) * (isNumber ? a - b : a.localeCompare(b)));
      table.tBodies[0].append(...sorted.map(([, row]) => row));
    });
  });
}

document.addEventListener('DOMContentLoaded', () => {
  const table = document.getElementById('sessions');
  const rows = () => [...table.tBodies[0].rows];
  startTheme();
  startFilter(rows);
  startSorting(table, rows);
});
`}`;
