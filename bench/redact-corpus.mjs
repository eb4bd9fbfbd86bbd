// Secrets of more than 30 kinds and texts that look like them, planted where sessions hold such things. Nothing of it is real: all is made
// of a seed. The test of recall and `npm run bench:redact` use the same.
import { createHash, generateKeyPairSync } from 'node:crypto';

/** A generator of numbers that gives the same for the same seed. */
function mulberry(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digits = '0123456789';
const alnum = lower + upper + digits;
const hex = '0123456789abcdef';
const base64 = `${alnum}+/`;
const word64 = `${alnum}-_`;

function tools(random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const of = (alphabet, length) => Array.from({ length }, () => pick(alphabet)).join('');
  // What is made by chance has a digit and both cases; a string of one case alone is not what is planted.
  const mixed = (alphabet, length) => {
    for (;;) {
      const text = of(alphabet, length);
      if (/\d/.test(text) && /[a-z]/.test(text) && (!/[A-Z]/.test(alphabet) || /[A-Z]/.test(text))) return text;
    }
  };
  const cased = (length) => {
    for (;;) {
      const text = of(lower + upper, length);
      if (/[a-z]/.test(text) && /[A-Z]/.test(text)) return text;
    }
  };
  const uuid = () => [8, 4, 4, 4, 12].map((length) => of(hex, length)).join('-');
  const jwt = () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: of(digits, 8), iat: 1700000000 })}.${of(word64, 43)}`;
  };
  return { random, pick, of, mixed, cased, uuid, jwt };
}

const words =
  'amber brook cedar delta ember fjord grove haven inlet jetty knoll lagoon meadow north orbit pine quarry ridge'.split(
    ' ',
  );

/**
 * For each kind: makes what stands in a text, and what of it is secret; and, where a program would hand it on by a name, that member.
 */
const kinds = {
  'aws-access-key-id': ({ of, pick }) => key(`${pick(['AKIA', 'ASIA'])}${of(`${upper}234567`, 16)}`),
  'aws-secret-key': ({ mixed, pick }) => {
    const secret = mixed(base64, 40);
    return {
      secret,
      member: [pick(['AWS_SECRET_ACCESS_KEY', 'aws_secret_access_key', 'SecretAccessKey']), secret],
      text: pick([
        `aws_secret_access_key = ${secret}`,
        `AWS_SECRET_ACCESS_KEY="${secret}"`,
        `"SecretAccessKey": "${secret}"`,
      ]),
    };
  },
  'gcp-api-key': ({ of }) => key(`AIza${of(word64, 34)}x`),
  'github-token': ({ mixed, pick }) => key(`${pick(['ghp', 'gho', 'ghs'])}_${mixed(alnum, 36)}`),
  'github-pat': ({ mixed }) => key(`github_pat_${mixed(alnum, 22)}_${mixed(alnum, 59)}`),
  'gitlab-token': ({ mixed }) => key(`glpat-${mixed(word64, 19)}a`),
  'slack-token': ({ of, mixed }) => key(`xoxb-${of(digits, 12)}-${of(digits, 13)}-${mixed(alnum, 24)}`),
  'slack-webhook': ({ of, mixed }) => {
    const secret = `T${of(upper + digits, 8)}/B${of(upper + digits, 10)}/${mixed(alnum, 24)}`;
    return { secret: secret.split('/')[2], text: `https://hooks.slack.com/services/${secret}` };
  },
  'stripe-key': ({ mixed, pick }) => key(`${pick(['sk', 'rk'])}_live_${mixed(alnum, 24)}`),
  'openai-key': ({ mixed }) => key(`sk-proj-${mixed(word64, 73)}aT3BlbkFJ${mixed(word64, 73)}b`),
  'openai-old-key': ({ mixed }) => key(`sk-${mixed(alnum, 48)}`),
  'anthropic-key': ({ mixed }) => key(`sk-ant-api03-${mixed(word64, 93)}AA`),
  'npm-token': ({ mixed }) => key(`npm_${mixed(alnum, 36)}`),
  'pypi-token': ({ mixed }) => key(`pypi-AgEIcHlwaS5vcmc${mixed(word64, 99)}q`),
  'sendgrid-key': ({ mixed }) => key(`SG.${mixed(word64, 22)}.${mixed(word64, 42)}k`),
  'twilio-key': ({ mixed }) => key(`SK${mixed(hex, 32)}`),
  'telegram-token': ({ of, mixed }) => key(`${of('123456789', 10)}:AA${mixed(word64, 32)}z`),
  'discord-token': ({ of, mixed }) =>
    key(
      `${Buffer.from(`8${of(digits, 17)}`)
        .toString('base64')
        .slice(0, 24)}.${mixed(alnum, 6)}.${mixed(word64, 37)}w`.replace(/^O/, 'M'),
    ),
  'huggingface-token': ({ mixed }) => key(`hf_${mixed(alnum, 34)}`),
  'databricks-token': ({ mixed }) => key(`dapi${mixed(hex, 32)}`),
  'digitalocean-token': ({ mixed }) => key(`dop_v1_${mixed(hex, 64)}`),
  'shopify-token': ({ mixed }) => key(`shpat_${mixed(hex, 32)}`),
  'square-key': ({ mixed }) => key(`sq0csp-${mixed(word64, 42)}v`),
  'mailgun-key': ({ mixed }) => key(`key-${mixed(hex, 32)}`),
  'heroku-key': ({ uuid }) => {
    const secret = uuid();
    return { secret, member: ['HEROKU_API_KEY', secret], text: `HEROKU_API_KEY=${secret}` };
  },
  jwt: ({ jwt }) => key(jwt()),
  'private-key': ({ pick }) => {
    const pem = pick(pems());
    return { secret: pem.split('\n')[2], text: pem, isBlock: true };
  },
  'connection-string': ({ pick, mixed }) => {
    const secret = mixed(`${alnum}!$*_`, 14);
    const scheme = pick(['postgres', 'postgresql', 'mysql', 'mongodb+srv', 'redis', 'amqps', 'https']);
    return { secret, text: `${scheme}://${pick(words)}:${secret}@db-${pick(words)}.internal.net:5432/${pick(words)}` };
  },
  authorization: ({ pick, mixed }) => {
    const secret = mixed(alnum, 40);
    return {
      secret,
      member: pick([
        ['Authorization', `Bearer ${secret}`],
        ['authorization', `Basic ${secret}=`],
        ['Authorization', `token ${secret}`],
        ['Cookie', `session=${secret}; theme=dark`],
        ['set-cookie', `sid=${secret}; Path=/; HttpOnly`],
        ['x-api-key', secret],
      ]),
      text: pick([
        `Authorization: Bearer ${secret}`,
        `curl -H "Authorization: token ${secret}" https://api.net/v1`,
        `Cookie: session=${secret}; theme=dark`,
      ]),
    };
  },
  assignment: ({ pick, mixed }) => {
    const secret = mixed(`${alnum}!#%*`, 18);
    const name = pick(['DB_PASSWORD', 'SMTP_PASS', 'ADMIN_PASSWORD', 'MYSQL_ROOT_PASSWORD']);
    return {
      secret,
      member: [pick([name, 'password', 'dbPassword']), secret],
      text: pick([`${name}=${secret}`, `export ${name}='${secret}'`, `password: "${secret}"`, `--password=${secret}`]),
    };
  },
  'letters-password': ({ pick, cased }) => {
    const secret = cased(14);
    return {
      secret,
      member: [pick(['password', 'DB_PASSWORD', 'passwort']), secret],
      text: pick([
        `password: ${secret}`,
        `ADMIN_PASSWORD=${secret}`,
        `passwort: ${secret}`,
        `the password is ${secret}`,
        `export PGPASSWORD='${secret}'`,
      ]),
    };
  },
  'command-password': ({ pick, mixed, cased }) => {
    const secret = pick([mixed(alnum, 14), cased(14)]);
    return {
      secret,
      text: pick([
        `curl -u ${pick(words)}:${secret} https://${pick(words)}.net/v1`,
        `curl -sS --user "${pick(words)}:${secret}" https://${pick(words)}.net`,
        `mysql -u ${pick(words)} -p${secret} ${pick(words)}`,
        `mysqldump -h db -p'${secret}' ${pick(words)}`,
        `sshpass -p ${secret} ssh ${pick(words)}@${pick(words)}`,
        `redis-cli -h ${pick(words)} -a ${secret} ping`,
      ]),
    };
  },
  'any-header': ({ pick, of }) => {
    const from = Math.floor(of(digits, 1) / 3);
    const secret = `${alnum.slice(from, from + 6)}${digits}${lower.slice(0, 6)}${digits.slice(from)}`;
    return {
      secret,
      member: ['Authorization', `Bearer ${secret}`],
      text: `Authorization: ${pick(['Bearer', 'token'])} ${secret}`,
    };
  },
  'token-in-prose': ({ pick, mixed, of }) => {
    const secret = pick([`ghp_${mixed(alnum, 36)}`, `AKIA${of(`${upper}234567`, 16)}`]);
    return { secret, text: `${pick(['my token is', 'key', 'the secret:'])} ${secret}` };
  },
  'unknown-token': ({ pick, mixed }) => {
    const secret = mixed(pick([alnum, hex, base64]), 40);
    const name = pick([
      'API_KEY',
      'api_key',
      'apiKey',
      'ACCESS_TOKEN',
      'client_secret',
      'authToken',
      'x-api-key',
      'SIGNING_SECRET',
    ]);
    return {
      secret,
      member: [name, secret],
      text: pick([
        `${name}=${secret}`,
        `${name}: "${secret}"`,
        `"${name}": "${secret}"`,
        `const ${name.replaceAll('-', '_')} = '${secret}';`,
      ]),
    };
  },
};

export const kindNames = Object.keys(kinds);

function key(secret) {
  return { secret, text: secret };
}

let pemCache;
/** Making a key takes long; three of them, each new in every process, are enough. */
function pems() {
  pemCache ??= [
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs1', format: 'pem' }),
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey.export({ type: 'sec1', format: 'pem' }),
  ];
  return pemCache;
}

/** What looks like a secret and is none. */
const lookAlikes = {
  uuid: ({ uuid, pick }) =>
    pick([`request_id: ${uuid()}`, `"id": "${uuid()}"`, `session ${uuid()} resumed`, `idempotency_key=${uuid()}`]),
  'git-sha': ({ of, pick }) =>
    pick([`commit ${of(hex, 40)}`, `HEAD is now at ${of(hex, 7)} fix the parser`, `${of(hex, 40)}\trefs/heads/main`]),
  checksum: ({ of, pick }) =>
    pick([
      `${of(hex, 64)}  release.tar.gz`,
      `sha256:${of(hex, 64)}`,
      `"integrity": "sha512-${of(base64, 86)}=="`,
      `md5 ${of(hex, 32)}`,
    ]),
  picture: ({ of }) => `<img src="data:image/png;base64,iVBORw0KGgo${of(base64, 400)}">`,
  'binary-base64': ({ random }) =>
    `payload: ${Buffer.from(Array.from({ length: 90 }, () => Math.floor(random() * 256))).toString('base64')}`,
  'text-base64': ({ pick, of }) =>
    Buffer.from(`${pick(words)} ${pick(words)} ${of(lower, 6)} ${pick(words)} and nothing else`).toString('base64'),
  package: ({ pick, of }) =>
    `${pick(['sk-learn', 'scikit-learn', 'sk-video', 'npm_config_registry', 'key-value-store', 'hf_transfer', 'xoxo-theme', 'token-stream'])}==${of(digits, 1)}.${of(digits, 1)}.${of(digits, 2)}`,
  example: ({ pick }) =>
    pick([
      'AKIAIOSFODNN7EXAMPLE',
      'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'API_KEY=your-api-key-here',
      'OPENAI_API_KEY=<your key>',
      'password: "changeme"',
      'TOKEN=${GITHUB_TOKEN}',
      'postgres://user:password@localhost:5432/db',
      'Authorization: Bearer $TOKEN',
      'Authorization: Bearer YOUR_TOKEN_HERE',
      'DB_PASSWORD=********',
    ]),
  code: ({ pick }) =>
    pick([
      'const token = request.headers.get("authorization");',
      'password: string;',
      'if (password === confirmPassword) return true;',
      'let secret = config.secret ?? process.env.SECRET_KEY;',
      'token = tokenizer.nextToken()',
      'self.api_key = os.environ["API_KEY"]',
      'def check_password(self, raw_password):',
      'interface Props { accessToken: string; refreshToken?: string }',
      'SELECT password_hash FROM users WHERE id = $1',
      'headers: { Authorization: `Bearer ${token}` }',
      'export const TOKEN_TYPES = ["access", "refresh"];',
      'this.secretKey = await loadSecret("database-credentials");',
      'primaryKey: "customer_identifier_v2"',
      'cookie: { secure: true, maxAge: 86400 }',
    ]),
  minified: ({ of, pick, random }) =>
    Array.from(
      { length: 12 },
      () =>
        `function ${of(lower, 1)}(${of(lower, 1)},${of(lower, 1)}){return ${of(lower, 1)}.${pick(['key', 'token', 'secret', 'type'])}===${Math.floor(random() * 99)}?${of(alnum, 2)}:${of(lower, 2)}[${of(lower, 1)}]}`,
    ).join(';'),
  version: ({ of, pick }) =>
    pick([
      `v${of(digits, 1)}.${of(digits, 2)}.${of(digits, 1)}-rc.${of(digits, 1)}+build.${of(digits, 8)}`,
      `node v20.19.${of(digits, 1)} (abi ${of(digits, 3)})`,
      `go1.22.${of(digits, 1)} linux/amd64`,
    ]),
  path: ({ pick, of }) =>
    `/usr/lib/${pick(words)}/${pick(words)}_token_store/v${of(digits, 1)}/${of(lower, 8)}-${of(digits, 6)}.so`,
  'call-id': ({ of, mixed, pick }) =>
    pick([`call_${mixed(alnum, 24)}`, `resp_${of(hex, 48)}`, `msg_${of(hex, 32)}`, `toolu_${mixed(alnum, 24)}`]),
  usage: ({ of, pick }) =>
    pick([
      `{"input_tokens": ${of('123456789', 5)}, "cached_input_tokens": ${of('123456789', 4)}, "total_tokens": ${of('123456789', 6)}}`,
      `tokens used: ${of('123456789', 6)}`,
      `max_tokens=${of('123456789', 4)}`,
      'token_type: "bearer"',
    ]),
  prose: ({ pick }) =>
    pick([
      'The password must have at least twelve characters, one of them a digit.',
      'Rotate the API key every ninety days; see security/keys.md.',
      'the secret is to keep functions short',
      'Set the token in the header, then call the endpoint again.',
      'Enter your password: ',
      'error: invalid token at line 3',
      'key: the name of the column',
      'Your secret questions cannot be changed.',
    ]),
  options: ({ pick, of }) =>
    pick([
      `docker run -p ${of('123456789', 4)}:80 -u 1000:1000 ${pick(words)}`,
      `docker run --user node:node -p 127.0.0.1:${of('123456789', 4)}:80 mysql`,
      `git push -u origin ${pick(words)}`,
      `curl -u ${pick(words)} https://${pick(words)}.net`,
      'curl -u "$API_USER:$API_PASS" https://api.net',
      'curl -u user:password https://api.net',
      `mysql -u ${pick(words)} -p ${pick(words)}`,
      'mysql -uroot -p"$MYSQL_ROOT_PASSWORD" -e "show tables"',
      `mkdir -p ${pick(words)}/${pick(words)}Store/v${of(digits, 2)}`,
      `tar -p -xf ${pick(words)}.tgz`,
      'sshpass -p "$PASS" ssh build@host',
      `ssh -p ${of('123456789', 4)} ${pick(words)}@${pick(words)}`,
    ]),
  'password-words': ({ pick }) =>
    pick([
      'password: required',
      'password: string',
      'passwort: erforderlich',
      'password: PasswordInput',
      'password: XMLHttpRequest',
      `password: ${pick(words)}${pick(words)}`,
      'the password is incorrect',
      'the password is SHA256-hashed',
      'Your password was changed yesterday',
      'PASSWORD=OTHER_PASSWORD',
      'password = getPassword',
      'Authorization: Bearer realm',
    ]),
  'public-key': ({ mixed }) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${mixed(base64, 43)} deploy@build`,
  hash: ({ mixed, of, pick }) =>
    pick([
      `ETag: "${of(hex, 32)}"`,
      `cache_key=${of(hex, 40)}`,
      `chunk-${mixed(alnum, 8)}.js`,
      `nextPageToken: "${of(digits, 3)}"`,
      `sort_key: customer#${of(digits, 12)}`,
    ]),
  slug: ({ pick, of }) => `token: ${pick(words)}-${pick(words)}-${pick(words)}-${pick(words)}-${of(digits, 2)}`,
  list: ({ pick }) =>
    Array.from({ length: 8 }, () => `${pick(words)}_${pick(words)}.${pick(['ts', 'py', 'md'])}`).join('\n'),
  'lock-file': ({ of, mixed, pick }) =>
    pick([
      `      "integrity": "sha512-${of(base64, 86)}==",\n      "license": "MIT"`,
      `  resolved "https://registry.yarnpkg.com/${pick(words)}/-/${pick(words)}-1.${of('123456789', 1)}.0.tgz#${of(hex, 40)}"`,
      `github.com/${pick(words)}/${pick(words)} v1.${of('123456789', 1)}.0 h1:${mixed(base64, 43)}=`,
      `checksum = "${of(hex, 64)}"`,
      `    {file = "${pick(words)}-2.0.tar.gz", hash = "sha256:${of(hex, 64)}"},`,
      `  checksum: 10c0/${of(hex, 128)}`,
    ]),
  fixture: ({ pick, of }) =>
    pick([
      'const token = "test-token";',
      'password: "wrong-password"',
      "expect(login('ada', 'not-the-password')).rejects.toThrow()",
      'API_KEY=test',
      'secret = "s3cr3t"',
      'client_secret: "dummy-client-secret"',
      'access_token=fake-access-token',
      `user_${of(digits, 4)}@example.com`,
      'jwt.sign({ sub: 1 }, "secret")',
      'AUTH_TOKEN: ${{ secrets.GITHUB_TOKEN }}',
    ]),
  numbers: ({ of }) => `${of(digits, 13)} ${of(digits, 16)} ${of(digits, 10)}.${of(digits, 6)}`,
};

const fill = [
  'ok',
  'Running the tests now.',
  'PASS src/parser.test.ts (12 tests)',
  'drwxr-xr-x 2 root root 4096 Nov 22 15:21 src',
  'warning: unused variable `x`',
  'Compiled in 341 ms',
  '+  return parse(text);',
  '-  return text;',
];

/** Where it is planted: each gives the payload of a line, and how the text stands in it. */
const places = {
  message: (text) => ({
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: `Please use this:\n${text}\nand go on.` }],
  }),
  output: (text, { pick }) => output([pick(fill), pick(fill), text, pick(fill)].join('\n')),
  inline: (text, { pick }) => output(`${pick(fill)} -> ${text} (done)`),
  command: (text) => call({ command: ['bash', '-lc', `cat <<'E' > .env\n${text}\nE`], workdir: '/srv/app' }),
  'nested-json': (text) =>
    output(JSON.stringify({ output: JSON.stringify({ env: { value: text }, code: 0 }), metadata: { exit_code: 0 } })),
  'json-lines': (text, { pick }) =>
    output(
      `${JSON.stringify({ level: 'info', msg: pick(fill) })}\n${JSON.stringify({ level: 'debug', data: { raw: text } })}`,
    ),
  wrapped: (text, { random }) => output(`$ env\n${wrapped(text, random)}\n$ `),
  base64: (text, { pick }) =>
    output(`${pick(fill)}\ndata: ${Buffer.from(`${pick(words)}\n${text}\n`).toString('base64')}\n`),
  'base64-lines': (text) =>
    output(`${Buffer.from(`# settings\n${text}\n# end`).toString('base64').replace(/.{76}/g, '$&\n')}\n`),
  url: (text) => output(`GET /callback?state=1&next=${encodeURIComponent(text)} 302`),
  coloured: (text) => output(`.env:3:\u001b[01;31m\u001b[K${text.slice(0, 6)}\u001b[m\u001b[K${text.slice(6)}`),
};

/** The same where a program is told by a name, in an object or in a list of names and values. */
const structured = {
  arguments: (text, { pick }, member) => {
    const [name, value] = member ?? ['note', text];
    return call(
      pick([
        { method: 'GET', headers: { [name]: value } },
        {
          env: [
            { name: 'LANG', value: 'C' },
            { name, value },
          ],
        },
        { variables: [{ value, key: name }] },
        { options: { connection: { [name]: value } } },
      ]),
    );
  },
  'cut-json': (text, { pick }, member) => {
    const [name, value] = member ?? ['note', text];
    const printed = JSON.stringify(
      {
        at: 1,
        headers: { [name]: value },
        env: [
          { name: 'A', value: 'b' },
          { name, value },
        ],
      },
      null,
      pick([0, 2]),
    );
    return output(`${printed.slice(0, -1)}, … 12 lines omitted`);
  },
  'member-name': (text) => call({ cache: { [text]: { hits: 3 } } }),
  'structural-name': (text, { pick }) => ({ ...output('ok'), [pick(structuralNames)]: text }),
  'unknown-record': (text, { pick }) => ({ type: 'my_ext', [pick(structuralNames)]: text, note: 'ok' }),
  'base64-binary': (text, { pick }) =>
    output(
      `${pick(fill)}\n${Buffer.from(`\u0000\u0001\u0007 \u0000${text}\u0000\u0000\u0003x\u0000`).toString('base64')}\n`,
    ),
  'utf-16-base64': (text) =>
    call({
      command: ['powershell', '-EncodedCommand', Buffer.from(`$env:X = '${text}'\r\n`, 'utf16le').toString('base64')],
    }),
  damaged: (text, { pick }) => output(`${pick(fill)}\n${text}\n`),
};
Object.assign(places, structured);

const structuralNames = [
  'id',
  'call_id',
  'status',
  'kind',
  'phase',
  'turn_id',
  'parent',
  'sha',
  'originator',
  'process_id',
];

function output(text) {
  return { type: 'function_call_output', call_id: 'call_1', output: text };
}

function call(args) {
  return { type: 'function_call', name: 'shell', call_id: 'call_1', arguments: JSON.stringify(args) };
}

/** As a terminal would: somewhere in the middle, the rest on the next line. */
function wrapped(text, random) {
  const at = Math.max(4, Math.floor(text.length * (0.15 + 0.7 * random())));
  return `${text.slice(0, at)}\n${text.slice(at)}`;
}

/** @returns {{kind: string, place: string, secret: string | null, payload: object}[]} */
export function makeCorpus({ seed = 7, planted = 500, alike = 500 } = {}) {
  const kit = tools(mulberry(seed));
  const cases = [];
  const placeNames = Object.keys(places);
  for (let i = 0; i < planted; i++) {
    const kind = kindNames[i % kindNames.length];
    const { text, secret, member, isBlock } = kinds[kind](kit);
    let place = placeNames[Math.floor(i / kindNames.length + i) % placeNames.length];
    // Keys of several lines are broken already, and colours stand at the beginning of what is coloured.
    if (isBlock && (place === 'wrapped' || place === 'coloured' || place === 'url')) place = 'output';
    cases.push({ kind, place, secret, payload: places[place](text, kit, member) });
  }
  const alikeNames = Object.keys(lookAlikes);
  for (let i = 0; i < alike; i++) {
    const kind = alikeNames[i % alikeNames.length];
    const place = placeNames[Math.floor(i / alikeNames.length + i) % placeNames.length];
    cases.push({ kind, place, secret: null, payload: places[place](lookAlikes[kind](kit), kit) });
  }
  return cases;
}

const time = '2026-11-22T15:21:15.000Z';

/** The bytes of the line that a case stands on, without its LF. */
export function lineOf({ place, payload }) {
  const type = place === 'unknown-record' ? 'my_ext' : 'response_item';
  const line = Buffer.from(JSON.stringify({ timestamp: time, type, payload }));
  if (place !== 'damaged') return line;
  // A hole of NULs before what is planted, and a byte that is no UTF-8 behind it.
  const middle = line.indexOf('"output":"') + '"output":"'.length;
  return Buffer.concat([
    line.subarray(0, middle),
    Buffer.alloc(2),
    line.subarray(middle, -2),
    Buffer.from([0xff, 0x22, 0x7d, 0x7d]),
  ]);
}

/** A rollout with a case on each line, from the second on. */
export function rolloutOf(cases, id = '01a203d8-e2b3-7ad2-afbc-0bf3ed1d0194') {
  const meta = {
    id,
    timestamp: time,
    cwd: '/srv/app',
    originator: 'codex_exec',
    cli_version: '0.169.0',
    source: 'exec',
  };
  const head = Buffer.from(JSON.stringify({ timestamp: time, type: 'session_meta', payload: meta }));
  const lineEnd = Buffer.from('\n');
  return Buffer.concat([head, lineEnd, ...cases.flatMap((one) => [lineOf(one), lineEnd])]);
}

/** The pieces by which a secret would be known if it were still there: parts of it, also in base64. */
export function tracesOf(secret) {
  const parts = [secret.slice(0, 12), secret.slice(-12), secret.slice(Math.floor(secret.length / 2) - 6).slice(0, 12)];
  return parts.filter((part) => part.length >= 8);
}

export function digestOf(text) {
  return createHash('sha256').update(text).digest('hex');
}
