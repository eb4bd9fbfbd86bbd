/**
 * Search of a session's page. It takes the text of each element that holds lines, marks what it found without changing the document,
 * and gives the browser time in between.
 */
export const searchScript = `const MOST_MARKED = 10000;
const lineHolders = 'p,pre,li,h1,h2,h3,h4,h5,h6,td,th,dd,dt,summary,figcaption,blockquote,div,article';

function* textBlocks(under) {
  const walker = document.createTreeWalker(under, NodeFilter.SHOW_TEXT);
  let holder = null;
  let nodes = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    // The beginning or end of a folded text, beside its heading, is in the text again.
    if (node.parentElement.tagName === 'I') continue;
    const own = node.parentElement.closest(lineHolders);
    if (own !== holder && nodes.length > 0) {
      yield nodes;
      nodes = [];
    }
    holder = own;
    nodes.push(node);
  }
  if (nodes.length > 0) yield nodes;
}

function rangesIn(nodes, pattern) {
  const text = nodes.length === 1 ? nodes[0].data : nodes.map((node) => node.data).join('');
  const ranges = [];
  let index = 0;
  let before = 0;
  const seek = (offset, isEnd) => {
    while (isEnd ? offset > before + nodes[index].length : offset >= before + nodes[index].length) {
      before += nodes[index++].length;
    }
    return [nodes[index], offset - before];
  };
  for (const match of text.matchAll(pattern)) {
    const range = document.createRange();
    range.setStart(...seek(match.index, false));
    range.setEnd(...seek(match.index + match[0].length, true));
    ranges.push(range);
  }
  return ranges;
}

function startSearch() {
  const main = document.getElementById('main');
  const query = document.getElementById('query');
  const hits = document.getElementById('hits');
  const canMark = typeof Highlight === 'function' && CSS.highlights !== undefined;
  let run = 0;
  let found = [];
  let total = 0;
  let at = -1;
  let isSearching = false;
  // Where to go as soon as there is something.
  let wish = 0;

  const say = () => {
    const more = isSearching ? '…' : '';
    hits.textContent = query.value === '' ? '' : at < 0 ? total + ' found' + more : at + 1 + ' of ' + total + more;
  };
  const mark = (name, ranges) => {
    if (canMark) CSS.highlights.set(name, new Highlight(...ranges));
  };
  const markAll = () => {
    if (!canMark) return;
    const all = new Highlight();
    for (const range of found) all.add(range);
    CSS.highlights.set('found', all);
  };

  async function search() {
    const own = ++run;
    wish = 0;
    found = [];
    total = 0;
    at = -1;
    if (canMark) CSS.highlights.clear();
    const wanted = query.value.trim();
    isSearching = wanted !== '';
    say();
    if (!isSearching) return;
    const pattern = new RegExp(escaped(wanted), 'giu');
    let pause = performance.now() + 30;
    for (const nodes of textBlocks(main)) {
      const ranges = rangesIn(nodes, pattern);
      total += ranges.length;
      if (found.length < MOST_MARKED) found.push(...ranges.slice(0, MOST_MARKED - found.length));
      if (performance.now() > pause) {
        if (wish > 0) go(wish);
        say();
        await new Promise((resolve) => setTimeout(resolve));
        if (own !== run) return;
        pause = performance.now() + 30;
      }
    }
    isSearching = false;
    markAll();
    go(wish);
    say();
  }

  function go(step) {
    wish = found.length === 0 && isSearching ? step : 0;
    if (found.length === 0 || step === 0) return;
    at = at < 0 ? (step > 0 ? 0 : found.length - 1) : (at + step + found.length) % found.length;
    const range = found[at];
    const element = range.startContainer.parentElement;
    for (let each = element.closest('details'); each; each = each.parentElement.closest('details')) {
      if (!element.closest('summary') || each !== element.closest('details')) each.open = true;
    }
    element.scrollIntoView({ block: 'center' });
    mark('current', [range]);
    if (!canMark) getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    say();
    // A long element is in view before the match within it is.
    requestAnimationFrame(() => {
      const { top, bottom } = range.getBoundingClientRect();
      if (top < 70 || bottom > innerHeight - 10) scrollBy(0, top - innerHeight / 2);
    });
  }

  let timer = 0;
  query.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
    hits.textContent = '…';
  });
  query.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      if (hits.textContent === '…') {
        clearTimeout(timer);
        search();
      }
      go(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      query.value = '';
      search();
      query.blur();
    }
  });
  document.getElementById('next').addEventListener('click', () => go(1));
  document.getElementById('previous').addEventListener('click', () => go(-1));
  document.addEventListener('keydown', (event) => {
    if (isTyping(event)) return;
    if (event.key === '/') {
      event.preventDefault();
      query.focus();
      query.select();
    } else if (event.key === 'n') go(1);
    else if (event.key === 'N') go(-1);
  });
}
`;
