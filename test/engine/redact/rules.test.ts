import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';
import { ruleTable } from '../../../src/engine/redact/rule-set.ts';
import { processorTime } from '../../support/processor-time.ts';

/** What is found, and what is left of the text. */
async function clean(text: string, options: Parameters<typeof openRedactor>[0] = {}): Promise<string> {
  return (await openRedactor(options)).text(text);
}

const random = 'q7Xw2Lp9Zk4Rv8Tn3Yb6';

describe('what is around a secret stays', () => {
  it.each([
    [
      `postgres://app:${random}@db.acme.net:5432/main`,
      'postgres://app:[redacted:url-password:1]@db.acme.net:5432/main',
    ],
    [
      `git clone https://x-access-token:${random}@github.com/a/b`,
      'git clone https://x-access-token:[redacted:url-password:1]@github.com/a/b',
    ],
    [`https://${random}${random}@host.net/x`, 'https://[redacted:url-token:1]@host.net/x'],
    [`curl -H "Authorization: Bearer ${random}"`, 'curl -H "Authorization: Bearer [redacted:authorization:1]"'],
    [`Set-Cookie: sid=${random}; Path=/`, 'Set-Cookie: [redacted:cookie:1]'],
    [`DB_PASSWORD='${random}' npm start`, "DB_PASSWORD='[redacted:assigned-secret:1]' npm start"],
    [`mysql -u root --password=${random} db`, 'mysql -u root --password=[redacted:assigned-secret:1] db'],
    [
      `Server=x;User Id=sa;Password=${random};Encrypt=true`,
      'Server=x;User Id=sa;Password=[redacted:assigned-secret:1];Encrypt=true',
    ],
    [
      '/home/ada/src and C:\\Users\\Ada\\src',
      '/home/[redacted:home-path:1]/src and C:\\Users\\[redacted:home-path:2]\\src',
    ],
    ['- name: DB_PASSWORD\n  value: Tr0ub4dor&3', '- name: DB_PASSWORD\n  value: [redacted:assigned-secret:1]'],
    [
      '[{"value":"Tr0ub4dor&3","name":"DB_PASSWORD"},…',
      '[{"value":"[redacted:assigned-secret:1]","name":"DB_PASSWORD"},…',
    ],
    ['DB_PASSWORD=Tr0ub4dor&3xyz\nA=b', 'DB_PASSWORD=[redacted:assigned-secret:1]\nA=b'],
    ['export DB_PASSWORD=Ab9k{Lm2;Qx7pZ; npm start', 'export DB_PASSWORD=[redacted:assigned-secret:1]; npm start'],
    ['postgres://app:P@ssw0rd2x24@db.internal:5432/x', 'postgres://app:[redacted:url-password:1]@db.internal:5432/x'],
    ['postgres://app:Ab9k#Lm2@Qx7@db', 'postgres://app:[redacted:url-password:1]@db'],
    ['by Ada <ada@acme.net>, 2026', 'by Ada <[redacted:email:1]>, 2026'],
    ['card 4111 1111 1111 1112 or 4242 4242 4242 4242', 'card 4111 1111 1111 1112 or 4242 4242 4242 4242'],
    ['card 4539 1488 0343 6467.', 'card 4539 1488 0343 6467.'],
    ['card 4539 1488 0343 6467, please', 'card [redacted:card-number:1], please'],
  ])('%s', async (text, wanted) => {
    expect(await clean(text)).toBe(wanted);
  });

  it('a key in PEM form goes as a whole, also with escaped line breaks, and cut off', async () => {
    const body = Array.from({ length: 6 }, (_, line) => `${line}${'MIIabcDEF123+/xyz'.repeat(4).slice(0, 63)}`);
    for (const lineEnd of ['\n', '\r\n', '\\n', '\\\\n']) {
      const pem = ['-----BEGIN RSA PRIVATE KEY-----', ...body, '-----END RSA PRIVATE KEY-----'].join(lineEnd);
      expect(await clean(`a ${pem}${lineEnd}b`)).toBe(`a [redacted:private-key:1]${lineEnd}b`);
      const cut = ['-----BEGIN OPENSSH PRIVATE KEY-----', ...body].join(lineEnd);
      expect(await clean(cut)).toBe('[redacted:private-key:1]');
    }
  });
});

describe('what is no secret stays', () => {
  it.each([
    'const token = request.headers.get("authorization");',
    'password: string; secretKey?: Buffer',
    'postgres://user:password@localhost/db',
    'git@github.com:acme/repo.git and icon@2x.png and foo@1.2.3',
    'ada@example.com',
    '/home/runner/work /Users/Shared',
    'export API_KEY=$OTHER_KEY TOKEN="${TOKEN}" PASSWORD=********',
    'AKIAIOSFODNN7EXAMPLE',
    'sk-learn, sk-1234567890abcdefghijklmnopqrstuvwxyz',
    'the password is wrong',
    'nextPageToken: "CAUQAA", token_count: 12345678901234567890',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'secretlint-disable',
    'api_key: "your-api-key-here" token="<YOUR_TOKEN>" secret="{{ vault.secret }}" password="${DB_PASSWORD}"',
    'API_KEY=sk-abc...9f3b aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ])('%s', async (text) => {
    expect(await clean(text)).toBe(text);
  });
});

describe('a secret is found although', () => {
  const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;

  it.each([2, 4, 11, 39])('it is broken over lines behind %i characters', async (at) => {
    for (const lineBreak of ['\n', '\r\n', '\\\n', '\\n']) {
      const text = `$ env\n${token.slice(0, at)}${lineBreak}${token.slice(at)}\n$ `;
      expect(await clean(text)).toBe('$ env\n[redacted:github-token:1]\n$ ');
    }
  });

  it('what follows on the next line is another word', async () => {
    expect(await clean(`TOKEN=${token}\nNAME=ada`)).toBe('TOKEN=[redacted:github-token:1]\nNAME=ada');
    expect(await clean(`api_key=${random}\nRunning tests`)).toBe('api_key=[redacted:assigned-secret:1]\nRunning tests');
  });

  it.each([
    ['SMTP_PASS=TL*FU*\n2I0N1vsai95z', 'SMTP_PASS=[redacted:assigned-secret:1]'],
    ['--password=%*Kvr1%\n%ESC%VDtXkIX', '--password=[redacted:assigned-secret:1]'],
    ['SMTP_PASS=TL*FU*\\n2I0N1vsai95z\\n', 'SMTP_PASS=[redacted:assigned-secret:1]\\n'],
    ['postgres://app:aB3$\n!x9Yq2_kk@db.net/x', 'postgres://app:[redacted:url-password:1]@db.net/x'],
  ])('it is broken beside a sign that only passwords have: %j', async (text, wanted) => {
    expect(await clean(`$ env\n${text}\n$ `)).toBe(`$ env\n${wanted}\n$ `);
  });

  it.each([
    'aws_secret_access_key = OCJupDtpXVW8Iv2nzY/GZpL\nmrhsJgcZhzOwo+SVP',
    'API_TOKEN=q7Xw2Lp9Zk4Rv8\nTn3Yb6q7Xw2Lp9',
  ])('it goes on with letters, or is followed by what is none of it: %j', async (text) => {
    for (const next of ['\nPATH=/usr/bin', '\nPORT=8080', '\n$ ', '\n# a comment', '\n']) {
      const name = text.slice(0, text.indexOf('=') + (text.includes('= ') ? 2 : 1));
      expect(await clean(`$ env\n${text}${next}`)).toBe(`$ env\n${name}[redacted:assigned-secret:1]${next}`);
    }
  });

  it.each(['PORT=8080\nPATH=/bin', '$ ls -la2', '# port2', 'db2: x'])('the next line is %j', async (next) => {
    for (const name of ['SMTP_PASS', 'API_TOKEN']) {
      expect(await clean(`${name}=${random}\n${next}`)).toBe(`${name}=[redacted:assigned-secret:1]\n${next}`);
    }
  });

  it('it is coloured, URL-encoded, or in base64 (twice)', async () => {
    expect(await clean(`\u001b[31mghp_\u001b[0m${token.slice(4)}`)).toBe('\u001b[31m[redacted:github-token:1]');
    expect(await clean(`?next=https%3A%2F%2Fu%3A${random}%40h.net%2F`)).toBe(
      '?next=https%3A%2F%2Fu%3A[redacted:url-password:1]%40h.net%2F',
    );
    const once = Buffer.from(`export GH=${token}\n`).toString('base64');
    expect(await clean(`data ${once}!`)).toBe('data [redacted:github-token:1]!');
    expect(await clean(Buffer.from(`x: ${once}`).toString('base64'))).toBe('[redacted:github-token:1]');
    expect(await clean(once.replace(/.{20}/g, '$&\n'))).toContain('[redacted:');
  });

  it('it stands in base64 among bytes that are no text, in UTF-16, or is of a person', async () => {
    const coded = (bytes: Buffer) => clean(`data ${bytes.toString('base64')}!`);
    const wanted = 'data [redacted:github-token:1]!';
    expect(await coded(Buffer.from(`GH=${token}\n\0tail of it`))).toBe(wanted);
    expect(await coded(Buffer.from(`\x89\0\x01${token}\0\xff\xfe\0`, 'latin1'))).toBe(wanted);
    expect(await coded(Buffer.from(`\u001b[1mGH\u001b[0m ${token} \u001b[31m`))).toBe(wanted);
    expect(await coded(Buffer.from(`$token="${token}"`, 'utf16le'))).toBe(wanted);
    expect(await coded(Buffer.from(`$token="${token}"`, 'utf16le').swap16())).toBe(wanted);
    expect(await coded(Buffer.from('write to ada.x@acme.net please'))).toBe('data [redacted:email:1]!');
    expect(await coded(Buffer.from('in /home/ada/work of it'))).toBe('data [redacted:home-path:1]!');
    const wide = Buffer.from(`token ${token}\n`, 'utf16le').toString('latin1');
    expect(await clean(wide)).toMatch(/^t\0o\0k\0e\0n\0 \0\[redacted:github-token:1]\0\n\0$/);
  });

  it('a word stands in it that stands in examples', async () => {
    for (const password of [
      'Your$ecretP4ss99',
      'my-example-Pa55w0rd',
      'dummy-Tr0ub4dor&3',
      'S3cret...Tr0ub4dor&3xyz…',
    ]) {
      expect(await clean(`export DB_PASSWORD="${password}"`)).toBe('export DB_PASSWORD="[redacted:assigned-secret:1]"');
    }
    expect(await clean(`Authorization: Bearer ${random}[redacted`)).toContain('[redacted:authorization:1]');
    expect(await clean(`postgres://app:${random}…x@db.acme.net/x`)).not.toContain(random);
  });

  it('an address of e-mail lies over it', async () => {
    expect(await clean(`mail+${token}@acme.net`)).toBe(`[redacted:email:1][redacted:github-token:1]@acme.net`);
  });

  it('a comment says that linters should not look', async () => {
    expect(await clean(`// secretlint-disable\n${token}`)).toBe('// secretlint-disable\n[redacted:github-token:1]');
  });
});

describe('rules', () => {
  it('are chosen by name and severity', async () => {
    const text = `ada@acme.net PASSWORD=${random}`;
    expect(await clean(text, { only: ['email'] })).toBe(`[redacted:email:1] PASSWORD=${random}`);
    expect(await clean(text, { without: ['email'] })).toBe('ada@acme.net PASSWORD=[redacted:assigned-secret:1]');
    expect(await clean(text, { severity: 'high' })).toBe(text);
    await expect(openRedactor({ only: ['emial'] })).rejects.toMatchObject({ kind: 'usage' });
  });

  it('have names that fit into marks, and say what they find', () => {
    for (const { id, text } of ruleTable()) {
      expect(id).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      expect(text.length).toBeGreaterThan(8);
    }
  });
});

describe('what repeats the beginning of a key', () => {
  const beginnings = [
    '-eyJ',
    'sk-proj-',
    'sk-ant-api03-',
    '_auth=Ab1_',
    ';a=cookie:b=cccC1ccc',
    '=ATATT3',
    'glpat-',
    'ya29.',
    'pypi-AgE',
    'hvs.',
  ];

  it.each(beginnings)('%s takes time in proportion to its length', async (beginning) => {
    const redactor = await openRedactor({});
    const time = (length: number) => {
      const text = beginning.repeat(length / beginning.length);
      return Math.max(
        10,
        processorTime(() => redactor.text(text)),
      );
    };
    time(10_000);
    // Four times as long; the square would be sixteen times.
    expect(time(160_000) / time(40_000)).toBeLessThan(12);
  });
});
