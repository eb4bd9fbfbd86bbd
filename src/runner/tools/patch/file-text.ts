/**
 * The content of a file as lines, with nothing lost: joining them again gives the same bytes. Each character stands for one
 * byte (latin1), so that no encoding is taken for granted.
 */
export interface FileText {
  /** A byte order mark, or ''. */
  mark: string;
  lines: { text: string; end: '\n' | '\r\n' | '' }[];
  /** The line end that most lines have. */
  usualEnd: '\n' | '\r\n';
}

export function readFileText(bytes: Uint8Array): FileText {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const mark = content.startsWith(utf8Mark) ? utf8Mark : '';
  const lines: FileText['lines'] = [];
  let crlf = 0;
  for (let at = mark.length; at < content.length; ) {
    const feed = content.indexOf('\n', at);
    if (feed < 0) {
      lines.push({ text: content.slice(at), end: '' });
      break;
    }
    const isCrlf = feed > at && content[feed - 1] === '\r';
    if (isCrlf) crlf += 1;
    lines.push({ text: content.slice(at, isCrlf ? feed - 1 : feed), end: isCrlf ? '\r\n' : '\n' });
    at = feed + 1;
  }
  return { mark, lines, usualEnd: crlf * 2 > lines.length ? '\r\n' : '\n' };
}

export function writeFileText({ mark, lines, usualEnd }: FileText): Buffer {
  const last = lines.length - 1;
  const parts = lines.map(({ text, end }, index) => text + (end || (index < last ? usualEnd : '')));
  return Buffer.from(mark + parts.join(''), 'latin1');
}

/** Text of a patch in the form of `FileText`. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBytes(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

const utf8Mark = '\xef\xbb\xbf';
