import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Entry,
  envelope,
  idOf,
  jsonl,
  makeFolder,
  makeHome,
  record,
  type TestHome,
  turn,
} from '../../builders.ts';
import { chromium, needsChromium, openBrowser, openWatched, type Watched } from '../../support/chromium.ts';
import { hostileSession } from '../../support/hostile-session.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';
import { runHere } from '../../support/run-here.ts';

const png =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';

describe.skipIf(chromium === null)(`in a browser${needsChromium}`, () => {
  let browser: Browser;
  let home: TestHome;
  let tab: Watched;
  let page: Page;
  beforeAll(async () => {
    browser = await openBrowser();
    home = makeHome();
    tab = await openWatched(browser);
    page = tab.page;
  }, 60_000);
  afterAll(() => browser?.close());

  it('the watch sees what a page does', async () => {
    const own = await openBrowser();
    const watched = await openWatched(own);
    const harm = [
      '<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="img-src file:">',
      '<img src=x onerror=canary(1)><script>canary(2);alert(3)</script>',
      '<link rel=stylesheet href="https://evil.example/x.css"><img src="https://evil.example/a.png">',
    ];
    await open(watched.page, home.write('harm.html', harm.join('')));
    await settle(watched.page);
    expect(watched.acts).toEqual(
      expect.arrayContaining([
        'script 1',
        'script 2',
        'dialog 3',
        'request https://evil.example/x.css',
        expect.stringMatching(/^script violation img-src/),
      ]),
    );
    await own.close();
  }, 60_000);

  it('no hostile text runs, loads or breaks anything', async () => {
    for (const [number, text] of hostileTexts.entries()) {
      const id = idOf(number + 1);
      home.rollout(id, hostileSession(id, text));
    }
    home.names(Object.fromEntries(hostileTexts.map((text, number) => [idOf(number + 1), text])));
    const folder = join(home.path, 'hostile');
    const ids = hostileTexts.map((_, number) => idOf(number + 1));
    await exported(['--split', '-o', folder, ...ids]);
    for (const name of [...ids.map((id) => `${id}.html`), 'index.html']) {
      await open(page, join(folder, name));
      await provoke(page);
      const state = await page.evaluate(() => ({
        hasTurns: document.querySelectorAll('main > section.turn').length > 2,
        foreign: document.querySelectorAll(
          'iframe,object,embed,svg,math,form,base,link,template,dialog,video,audio,[style],[srcset],[action]',
        ).length,
        handlers: [...document.querySelectorAll('*')].filter((each) =>
          [...each.attributes].some(({ name }) => name.startsWith('on')),
        ).length,
        scripts: document.scripts.length,
        url: location.href.replace(/#.*/, ''),
      }));
      const url = pathToFileURL(join(folder, name)).href;
      expect([name, tab.acts, state]).toEqual([
        name,
        [],
        { hasTurns: name !== 'index.html', foreign: 0, handlers: 0, scripts: 1, url },
      ]);
    }
  }, 300_000);

  it('folding works, with the mouse and for all', async () => {
    await openSample();
    const summary = '.result:not([open]) > summary';
    const before = await countOpen(page);
    await page.click(summary);
    expect(await countOpen(page)).toBe(before + 1);
    await page.click('#fold');
    expect(await countOpen(page)).toBe(0);
    await page.click('#unfold');
    const all = await page.$$eval('main details', (list) => list.length);
    expect([await countOpen(page), all > 3]).toEqual([all, true]);
  });

  it('search finds, counts and unfolds', async () => {
    await openSample();
    await page.click('#fold');
    await page.keyboard.press('/');
    await page.keyboard.type('needle n150');
    await page.waitForFunction(() => document.getElementById('hits')?.textContent === '1 found');
    expect(await page.evaluate(() => document.querySelectorAll('details[open]').length)).toBe(0);
    await page.keyboard.press('Enter');
    expect(await hits()).toBe('1 of 1');
    const place = () =>
      page.evaluate(() => {
        const [range] = CSS.highlights.get('current') as unknown as Set<Range>;
        const { top, height } = (range as Range).getBoundingClientRect();
        return { text: String(range), visible: height > 0 && top > 0 && top < innerHeight };
      });
    await page.waitForFunction(() => document.querySelectorAll('details[open]').length === 1);
    await settle(page);
    expect(await place()).toEqual({ text: 'needle n150', visible: true });
    // Over the borders of elements, and regardless of case.
    await find('BOLD WORD AND `CODE`'.replaceAll('`', ''));
    expect(await hits()).toBe('1 found');
    await find('needle');
    expect(await hits()).toBe('300 found');
    await page.keyboard.press('Enter');
    await page.$eval('#query', (each) => (each as HTMLInputElement).blur());
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    expect(await hits()).toBe('3 of 300');
    await page.keyboard.press('N');
    expect(await hits()).toBe('2 of 300');
    expect(await page.evaluate(() => CSS.highlights.get('found')?.size)).toBe(300);
    await find('nowhere.*');
    expect(await hits()).toBe('0 found');
    await page.keyboard.press('Escape');
    expect(await hits()).toBe('');
    expect(tab.acts).toEqual([]);

    async function find(text: string) {
      await page.$eval('#query', (each) => {
        (each as HTMLInputElement).value = '';
      });
      await page.type('#query', text);
      await page.waitForFunction(() => / found$/.test(document.getElementById('hits')?.textContent ?? ''));
    }
  });

  it('paper shows what is folded, in light colours, without controls', async () => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await openSample();
    const shown = () =>
      page.evaluate(() => ({
        closed: document.querySelectorAll('main details:not([open])').length,
        hidden: [...document.querySelectorAll('main details > pre, main details > .md')].filter(
          (each) => each.getBoundingClientRect().height === 0 || !each.checkVisibility({ contentVisibilityAuto: true }),
        ).length,
        top: (document.querySelector('.top') as HTMLElement).offsetHeight,
        ground: getComputedStyle(document.body).backgroundColor,
      }));
    const screen = await shown();
    expect(screen.hidden).toBeGreaterThan(2);
    expect(screen.ground).toBe('rgb(15, 19, 22)');
    await page.emulateMediaType('print');
    const paper = await shown();
    expect(paper).toMatchObject({ hidden: 0, top: 0, ground: 'rgb(255, 255, 255)' });
    expect(paper.closed).toBe(screen.closed);
    await page.emulateMediaType();
    const pdf = await page.pdf({ format: 'A4' });
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    // The 300 lines that are folded on the screen take pages.
    expect(
      Buffer.from(pdf)
        .toString('latin1')
        .match(/\/Type\s*\/Page\b/g)?.length,
    ).toBeGreaterThan(5);
    expect((await shown()).closed).toBe(screen.closed);
    await page.emulateMediaFeatures([]);
  });

  it.each(['light', 'dark'])('%s text stands out, as the system has it and by the switch', async (value) => {
    for (const path of [sample(), join(await sampleFolder(), 'index.html')]) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      await open(page, path);
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(value);
      expect(await faint(page)).toEqual([]);
      await page.click('#theme');
      const other = value === 'dark' ? 'light' : 'dark';
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(other);
      expect(await faint(page)).toEqual([]);
      await page.evaluate(() => localStorage.clear());
    }
    await page.emulateMediaFeatures([]);
  });

  it('it works without scripts, and on a narrow screen', async () => {
    const plain = await browser.newPage();
    await plain.setJavaScriptEnabled(false);
    await plain.setViewport({ width: 400, height: 800 });
    await open(plain, sample());
    expect(await plain.$eval('#controls', (each) => (each as HTMLElement).offsetHeight)).toBe(0);
    await plain.click('.result:not([open]) > summary');
    await plain.click('#contents a[href="#turn-2"]');
    expect(await plain.evaluate(() => location.hash)).toBe('#turn-2');
    const tops = await plain.$eval('#turn-2', (each) => each.getBoundingClientRect().top);
    expect(Math.abs(tops)).toBeLessThan(200);
    expect(await plain.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await plain.close();
  });

  it('nothing is wider than a phone, and the turn that is read is marked', async () => {
    await page.setViewport({ width: 390, height: 800 });
    for (const path of [sample(), join(await sampleFolder(), 'index.html'), ...hostilePages()]) {
      await open(page, path);
      await page.evaluate(() => {
        for (const each of document.querySelectorAll('details')) each.open = true;
      });
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 390]);
    }
    await page.setViewport({ width: 1200, height: 800 });
    await open(page, sample());
    await page.click('#contents a[href="#turn-2"]');
    await page.waitForSelector('#contents a[href="#turn-2"][aria-current]');
    expect(await page.$$eval('#contents [aria-current]', (list) => list.length)).toBe(1);
  }, 60_000);

  it('the index is no wider than a window of any width', async () => {
    await open(page, join(await sampleFolder(), 'index.html'));
    await page.$$eval('td.path', (cells) => {
      for (const cell of cells) cell.textContent = '/home/ada/work/projects/a-long-name/packages/parser-of-things';
    });
    for (const width of [390, 800, 1024, 1200, 1366]) {
      await page.setViewport({ width, height: 800 });
      const beyond = await page.$eval('.scroll', (each) => each.scrollWidth - each.clientWidth);
      expect([width, beyond]).toEqual([width, 0]);
    }
    await page.setViewport({ width: 1200, height: 800 });
  }, 60_000);

  it('names its parts for those who do not see it', async () => {
    await openSample();
    const tree = JSON.stringify(await page.accessibility.snapshot({ interestingOnly: false }));
    for (const role of ['banner', 'main', 'navigation', 'search', 'searchbox', 'article', 'region']) {
      expect([role, tree.includes(`"role":"${role}"`)]).toEqual([role, true]);
    }
    const nameless = await page.$$eval(
      'button, a, input, img',
      (list) =>
        list.filter(
          (each) =>
            !(each.textContent || each.getAttribute('aria-label') || each.getAttribute('alt') || each.id === 'query'),
        ).length,
    );
    expect(nameless).toBe(0);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the session');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
    expect(outline).toBe('solid');
  });

  it('the index filters, sorts and leads to the pages', async () => {
    const folder = await sampleFolder();
    await open(page, join(folder, 'index.html'));
    const rows = () =>
      page.$$eval('tbody tr', (list) =>
        list
          .filter((row) => !(row as HTMLElement).hidden)
          .map((row) => (row as HTMLTableRowElement).cells[1]?.textContent),
      );
    expect(await rows()).toEqual(['first', 'alpha', 'zulu']);
    const [turns] = await page.$$('thead th.number button');
    await turns?.click();
    await turns?.click();
    expect(await rows()).toEqual(['zulu', 'first', 'alpha']);
    expect(await page.$$eval('[aria-sort]', (list) => list.map((each) => each.getAttribute('aria-sort')))).toEqual([
      'descending',
    ]);
    await page.keyboard.press('/');
    await page.keyboard.type('ALPH');
    expect([await rows(), await hits()]).toEqual([['alpha'], '1 of 3']);
    await Promise.all([page.waitForNavigation(), page.click('tbody tr:not([hidden]) a')]);
    expect(await page.title()).toBe(`Session ${idOf(1002)}`);
    expect(tab.acts).toEqual([]);
  });

  let samplePath: string | null = null;

  function sample(): string {
    if (samplePath === null) throw new Error('openSample comes first');
    return samplePath;
  }

  async function openSample(): Promise<void> {
    if (samplePath === null) {
      const path = join(makeFolder(), 'sample.html');
      await exported(['-o', path, home.write('sample.jsonl', jsonl(envelope(...sampleRecords())))]);
      samplePath = path;
    }
    await open(page, samplePath);
  }

  function hostilePages(): string[] {
    return hostileTexts.flatMap((text, number) =>
      text.length > 1000 ? [join(home.path, 'hostile', `${idOf(number + 1)}.html`)] : [],
    );
  }

  let folder: string | null = null;

  async function sampleFolder(): Promise<string> {
    if (folder !== null) return folder;
    const texts = ['first', 'alpha', 'zulu'];
    for (const [number, text] of texts.entries()) {
      const turns = text === 'zulu' ? [...turn(text), ...turn('more'), ...turn('more')] : turn(text);
      const extra = text === 'first' ? turn('second') : [];
      home.rollout(idOf(1001 + number), envelope(record.meta(idOf(1001 + number)), ...turns, ...extra));
    }
    folder = join(home.path, 'index');
    await exported(['--split', '-o', folder, idOf(1001), idOf(1002), idOf(1003)]);
    return folder;
  }

  function hits() {
    return page.$eval('#hits', (each) => each.textContent);
  }

  async function exported(argv: string[]): Promise<void> {
    const { code, err } = await runHere(['export', '-q', '--format', 'html', ...argv], {
      env: { CODEX_HOME: home.path },
    });
    expect([0, 3].includes(code) ? '' : err).toBe('');
  }
});

function sampleRecords(): Entry[] {
  const lines = Array.from({ length: 300 }, (_, number) => `needle n${number} in the output`);
  return [
    record.meta(idOf(999), { base_instructions: { text: 'Be brief.' } }),
    ...turn('first'),
    record.event('user_message', {
      message: 'A **bold word** and `code`.\n\n> quoted\n\n[x](https://e.example)',
      images: [png],
    }),
    record.event('agent_reasoning', { text: '**Thinking** about it' }),
    record.call('c1', 'shell', { command: ['bash', '-lc', 'cat haystack'] }),
    record.output('c1', JSON.stringify({ output: lines.join('\n'), metadata: { exit_code: 0, duration_seconds: 1 } })),
    record.call('c2', 'shell', { command: ['false'] }),
    record.output('c2', JSON.stringify({ output: 'no', metadata: { exit_code: 1, duration_seconds: 1 } })),
    record.call('c3', 'update_plan', {
      plan: [
        { step: 'a', status: 'completed' },
        { step: 'b', status: 'in_progress' },
      ],
    }),
    record.item('custom_tool_call', {
      call_id: 'c4',
      name: 'apply_patch',
      input: '*** Begin Patch\n*** Update File: a\n@@ x\n-a\n+b\n c\n*** Delete File: d\n*** End Patch',
    }),
    record.event('sessions_approval', { call_id: 'c4', decision: 'denied', by: 'user' }),
    record.event('error', { message: 'broken' }),
    record.event('warning', { message: 'careful' }),
    ['of_tomorrow', { a: 1 }],
    ...turn('second'),
    ...turn('dropped'),
    record.rolledBack(1),
  ];
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(pathToFileURL(path).href);
}

/** Unfolds, points at, focuses and clicks what a reader might. */
async function provoke(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
    for (const each of document.querySelectorAll<HTMLElement>('main *')) {
      each.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
      each.dispatchEvent(new PointerEvent('pointerenter'));
    }
    for (const each of document.querySelectorAll<HTMLElement>('main a[href^="#"], .link, .url')) {
      each.focus();
      each.click();
    }
  });
  await page.mouse.click(600, 400);
  await settle(page);
}

async function settle(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 30)));
}

function countOpen(page: Page): Promise<number> {
  return page.$$eval('main details[open]', (list) => list.length);
}

/** Texts that do not stand out from their ground: contrast as WCAG 2 counts it, less than 4.5. */
function faint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const rgb = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = (colour: string) => {
      const [r = 0, g = 0, b = 0] = rgb(colour).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (each: Element | null): string => {
      if (each === null) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(each);
      return rgb(backgroundColor)[3] === 0 ? groundOf(each.parentElement) : backgroundColor;
    };
    for (const each of document.querySelectorAll('details')) each.open = true;
    const out: string[] = [];
    for (const each of document.querySelectorAll('body *')) {
      if (![...each.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim())) continue;
      const [a, b] = [light(getComputedStyle(each).color), light(groundOf(each))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) out.push(`${each.tagName}.${each.className} ${contrast.toFixed(2)}`);
    }
    return out;
  });
}
