import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';

async function clean(text: string): Promise<string> {
  return (await openRedactor({ severity: 'medium' })).text(text);
}

const password = 'qx7#Rv2mTz9K';
const token = 'l5DZJHInwglTgmBPvwdMDuzObodLE0';

/** Each has one secret, between the two signs. */
const written: [string, string][] = [
  ['a file of curl and git', `machine api.acme.net login ada password «${password}»`],
  ['the same over lines', `machine api.acme.net\n  login ada\n  password «${password}»\n`],
  ['SQL', `CREATE USER ada WITH PASSWORD '«${password}»';`],
  ['SQL of MySQL', `CREATE USER 'ada'@'%' IDENTIFIED BY '«${password}»'`],
  ['XML', `<server><username>ada</username><password>«${password}»</password></server>`],
  ['attributes of XML', `<add key="ApiKey" value="«${token}»" />`],
  ['a shell', `set -gx GITLAB_TOKEN «${token}»`],
  ['another shell', `setenv API_TOKEN «${token}»`],
  ['a Dockerfile', `ENV API_TOKEN «${token}»`],
  ['a command of GitHub', `gh secret set API_TOKEN --body "«${token}»"`],
  ['PowerShell', `ConvertTo-SecureString "«${password}»" -AsPlainText -Force`],
  ['an index by name', `os.environ["API_KEY"] = "«${token}»"`],
  ['a value in place of another', `const apiKey = process.env.KEY || "«${token}»";`],
  ['a name with a type', `const token: string = "«${token}»";`],
  ['a type by reference', `let api_key: &str = "«${token}»";`],
  ['a property', `public string ApiKey { get; } = "«${token}»";`],
  ['bytes', `FERNET_KEY = b'«${token}RmigKF/C4G2Q='»`.replace("='»", "=»'")],
  ['a short name', `"pass":"«${password}»"`],
  ['a name of Rails', 'SECRET_KEY_BASE=«057434685b37193a4f202bc329697063104ea75f431f0e0d2ff22b8526e0acd8»'],
  ['a network', `psk="«${password}»"`],
  ['a table', `| DB_PASSWORD | «${password}» |`],
  ['a table of AWS', '|  SecretAccessKey |  «fKitbh1ado+9l1Z2bth9EUi0LP1miE1+zDEd34n2»  |'],
  ['Markdown', `**Password:** «${password}»`],
  ['more Markdown', `- **Password**: \`«${password}»\``],
  ['prose', `Use password «${password}» to log in`],
  ['prose with a name', `Password for ada@acme.net: «${password}»`],
  ['Spanish', `la contraseña es «${password}»`],
  ['French', `mot de passe : «${password}»`],
  ['Japanese', `パスワード: «${password}»`],
  ['Chinese', `密码：«${password}»`],
  ['words by chance', 'MNEMONIC="«legal winner thank year wave sausage worth useful legal winner thank yellow»"'],
  ['a cookie of curl', `curl -b '«session=${token}»' https://x.net`],
  ['settings of Docker', '{"auths":{"https://index.docker.io/v1/":{"auth":"«Ym9iOmVtZmY0NitzS2ZEOA==»"}}}'],
  ['a key in an address', `https://maps.acme.net/v1?key=«${token}»&x=1`],
  ['docker', `docker login -u ada -p «${password}» reg.net`],
  ['sudo', `echo '«${password}»' | sudo -S ls`],
  ['a login', `echo "«${password}»" | docker login -u ada --password-stdin`],
  ['openssl', `openssl rsa -passin pass:«${password}» -in k.pem`],
  ['chpasswd', `echo "ada:«${password}»" | chpasswd`],
  ['keytool', `keytool -storepass «${password}» -list`],
  ['ldapsearch', `ldapsearch -x -D cn=admin -w «${password}» -b dc=x`],
  ['sqlcmd', `sqlcmd -S h -U sa -P «${password}» -Q x`],
  ['zip', `unzip -P «${password}» a.zip`],
];

describe('a secret is found as it is written in', () => {
  it.each(written)('%s', async (_, shown) => {
    const secret = /«(.*)»/s.exec(shown)?.[1] as string;
    const text = shown.replace(/[«»]/g, '');
    const found = await clean(text);
    expect(found).toMatch(/\[redacted:[\w-]+:1]/);
    expect(found.replace(/\[redacted:[\w-]+:1]/, secret)).toBe(text);
    // The same in JSON in a text that was cut off.
    expect(await clean(`{"cmd":${JSON.stringify(text)},"…`)).not.toContain(secret);
  });
});

describe('no secret is', () => {
  it.each([
    'Use password authentication, or password-based login; password reset2 works',
    'set -e TOKEN_FILE /run/secrets/token',
    'ENV PASSWORD_FILE /run/secrets/db-password-1',
    '<password>secret</password> <token>string</token> <key>CFBundleName</key>',
    '| password | string, required |',
    '| api_key | The key of the API |',
    "CREATE USER ada WITH PASSWORD $1; IDENTIFIED BY 'password'",
    'const token: string = "access_token"; let key: string = `${a}-${b}`',
    'passphrase: "enter the passphrase for your key"',
    'mot de passe oublié, la contraseña es incorrecta',
    'echo done | sudo -S true; echo "$PASS" | docker login --password-stdin',
    'docker login -u ada -p "$PASS"; docker run -p 8080:80 x',
    'pass: 12 of 14, "pass": 14, pass:true',
    'curl -b cookies.txt -c cookies.txt https://x.net',
    'openssl x509 -in a.pem -passin env:PASS',
    'https://x.net/?key=the-name-of-some-setting&y',
    'zip -P x; unzip -o a.zip -d out',
    'login ada password $PASSWORD',
  ])('%s', async (text) => {
    expect(await clean(text)).toBe(text);
  });
});
