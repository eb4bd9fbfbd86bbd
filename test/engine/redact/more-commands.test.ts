import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';

const password = 'Xk9wQ2mZ7vTr';
const spoken = 'hunter2!Blue';
const token = 'q7Rt2LpX9vBn4KwZ';
const short = 'k7Wq9zRt';
const github = 'ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5';

async function clean(text: string): Promise<string> {
  return (await openRedactor({ severity: 'medium' })).text(text);
}

const commands: [string, string][] = [
  ['a line of .pgpass', `db.internal.net:5432:appdb:appuser:«${password}»`],
  ['a line of .pgpass for any host', `*:*:*:postgres:«${password}»`],
  ['a line of .pgpass that is written', `echo "localhost:5432:*:app:«${spoken}»" > ~/.pgpass`],
  ['curl with options together', `curl -ksSu admin:«${password}» https://x.net`],
  ['curl with a key and no password', `curl -u "«${token}»:" https://api.net/v1`],
  ['htpasswd without a file', `htpasswd -nbB ada «${password}»`],
  ['redis AUTH', `redis-cli AUTH «${password}»`],
  ['requirepass', `requirepass «${password}»`],
  ['CONFIG SET requirepass', `CONFIG SET requirepass «${password}»`],
  ['kubectl', `kubectl create secret generic db --from-literal=url=«${password}»`],
  ['aws ssm', `aws ssm put-parameter --name /db --type SecureString --value «${password}»`],
  ['aws secretsmanager', `aws secretsmanager create-secret --name db --secret-string «${password}»`],
  ['az keyvault', `az keyvault secret set --vault-name v --name db --value «${password}»`],
  ['vault', `vault kv put secret/db value=«${password}»`],
  ['gcloud', `echo -n «${password}» | gcloud secrets create db --data-file=-`],
  ['wrangler', `echo «${password}» | wrangler secret put DB`],
  ['passwd', `echo «${password}» | passwd --stdin ada`],
  ['a here-string', `sudo -S ls <<< '«${spoken}»'`],
  ['useradd', `useradd -m -p '«${spoken}»' ada`],
  ['unrar', `unrar x -p«${password}» a.rar`],
  ['wpa_passphrase', `wpa_passphrase net «${password}»`],
  ['sqlplus', `sqlplus ada/«${password}»@db`],
  ['an address of Oracle', `jdbc:oracle:thin:ada/«${password}»@db:1521:orcl`],
  ['cqlsh', `cqlsh -u ada -p «${password}» host`],
  ['plink', `plink -ssh ada@x -pw «${password}»`],
  ['ipmitool', `ipmitool -I lanplus -H x -U ADMIN -P «${password}» power`],
  ['xfreerdp', `xfreerdp /u:ada /p:«${password}» /v:host`],
  ['gh secret', `gh secret set DB_PASS -b"«${password}»"`],
  ['.npmrc', '//registry.net/:_password=«WGs5d1EybVo3dlRy»'],
  ['a list in Python', `subprocess.run(["mysql", "-u", "root", "-p«${password}»"])`],
  ['a list in Python, of curl', `subprocess.run(['curl', '-u', 'ada:«${spoken}»', 'https://x'])`],
  ['a list over lines', `run([\n  "sshpass",\n  "-p",\n  "«${spoken}»",\n])`],
  ['a list in JavaScript', `spawn('redis-cli', ['-a', '«${spoken}»', 'ping'])`],
  ['a list in Go', `exec.Command("openssl", "enc", "-pass", "«pass:${spoken}»")`],
  ['a list in Rust', `Command::new("sshpass").arg("-p").arg("«${spoken}»")`],
  ['a list in Java', `new ProcessBuilder("htpasswd", "-b", "f", "ada", "«${spoken}»")`],
  ['a list in a Dockerfile', `CMD ["redis-server", "--requirepass", "«${spoken}»"]`],
  ['a list in YAML', `args:\n  - --requirepass\n  - «${spoken}»`],
  ['a command on two lines', `mysql -u root \\\n  -p«${password}» app`],
];

const written: [string, string][] = [
  ['a short token in .env', `API_TOKEN=«${short}»`],
  ['a short token in JSON', `{"secret": "«${short}4a»"}`],
  ['a short token in code', `client_secret: '«${short}»'`],
  ['a token in prose', `the secret is «${token}», do not tell`],
  ['a password in a setting', `account x\npassword «${password}»\n`],
  ['a function that sets it', `user.setPassword("«${spoken}»")`],
  ['a login', `client.login('ada', '«${spoken}»')`],
  ['a pair', `requests.get(u, auth=('ada', '«${spoken}»'))`],
  ['a field of a form', `page.getByLabel("Password").fill("«${spoken}»")`],
  ['a field that is typed into', `await page.type('input[name=password]', '«${spoken}»')`],
  ['a default', `add_argument("--password", default="«${spoken}»")`],
  ['HTML', `<input type="password" value="«${spoken}»">`],
  ['a table in HTML', `<tr><td>Password</td><td>«${spoken}»</td></tr>`],
  ['TOML', `password = '''«${spoken}»'''`],
  ['a block in YAML', `password: >-\n  «${password}»\n`],
  ['CMake', `set(DB_PASSWORD "«${spoken}»")`],
  ['SQL', `CREATE LOGIN ada WITH PASSWORD = N'«${spoken}»'`],
  ['a row in SQL', `INSERT INTO users (name, password) VALUES ('ada', '«${spoken}»')`],
  ['a secret of Kubernetes', 'kind: Secret\ndata:«\n  db: WGs5d1EybVo3dlRyUXE=»\n'],
  ['a secret of Kubernetes as it is printed', 'apiVersion: v1\ndata:«\n  db: WGs5d1EybVo3dlRyUXE=»\nkind: Secret\n'],
];

const encoded: [string, string][] = [
  ['entities', `password=&quot;«${password}»&quot;`],
  ['entities for marks', `&lt;password&gt;«${password}»&lt;/password&gt;`],
  ['an entity within', `«${github.replace('_', '&#95;')}»`],
  ['entities of entities', `password=&amp;quot;«${password}»&amp;quot;`],
  ['escapes of JSON', `\\u0022password\\u0022:\\u0022«${password}»\\u0022`],
  ['an escape within', `"«${github.replace('_', '\\u005f')}»"`],
  ['escapes of code', `password\\x3d«${password}»`],
  ['an address in an address', `r=password%253D«${password}»%2526user%253Dada`],
  ['hexadecimal digits', `«${Buffer.from(`token=${github}`).toString('hex')}»`],
];

describe('a password is found', () => {
  it.each([...commands, ...written, ...encoded])('in %s', async (_, shown) => {
    const secret = /«(.*)»/s.exec(shown)?.[1] as string;
    const text = shown.replace(/[«»]/g, '');
    const found = await clean(text);
    expect(found).toMatch(/\[redacted:[\w-]+:1]/);
    expect(found.replace(/\[redacted:[\w-]+:1]/, () => secret)).toBe(text);
  });

  it.each(commands)('in %s, as it stands in code and in a call of a tool', async (_, shown) => {
    const text = shown.replace(/[«»]/g, '');
    const secret = /«(.*)»/s.exec(shown)?.[1] as string;
    const call = { type: 'function_call', arguments: JSON.stringify({ command: ['bash', '-lc', text] }) };
    expect(await clean(JSON.stringify(call))).not.toContain(secret);
  });
});

describe('no secret is', () => {
  it.each([
    "zstyle ':completion:*:*:kill:*:processes' list-colors 1",
    'localhost:5432:*:*:password and host:5432:db:user:$PASSWORD',
    'ports: 127.0.0.1:5432:5432, 0.0.0.0:5432->5432/tcp',
    'requirepass foobared; masterauth <master-password>',
    'kubectl create secret generic db --from-literal=mode=production --from-literal=port=5432',
    'curl -sSLu "$USER:$PASS" https://x.net; curl -u user: https://x.net',
    '["docker", "run", "-p", "8080:80", "nginx"]; ["docker", "login", "-p", "$PASS"]',
    'spawn("mysql", ["-u", "root", "-p"]); ["ssh", "-p", "2222", "host"]',
    'commit 8fd0f3b2e6c1a9d4; token: 3f9a2b1c; the key is sha256sum2',
    'secret: "utf8mb4"; token = "es2015"; const token = "id3v2tag"',
    'expect(setPassword("new")).toBe(1); getToken("access_token"); validatePassword("short")',
    'login(\'ada\', \'password\'); login("user", "page")',
    '<input type="password" value="">; <input type="password" name="pw" value="password">',
    'kind: ConfigMap\ndata:\n  k: WGs5d1EybVo3dlRyUXE=\n',
    'if (a &amp;&amp; b) &lt;p&gt;token&lt;/p&gt; \\u003cb\\u003e',
    '6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19',
    'echo hello | sudo -S true; read -r line <<< "some words"',
  ])('%s', async (text) => {
    expect(await clean(text)).toBe(text);
  });
});
