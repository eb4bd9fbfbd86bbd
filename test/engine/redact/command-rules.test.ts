import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';

async function clean(text: string): Promise<string> {
  return (await openRedactor({ severity: 'medium' })).text(text);
}

const mixed = 'Hq7rWv2mTz9Kd';
const letters = 'qWzKJtVbNRwx';

describe('a password is found', () => {
  it.each([
    [`curl -u admin:${mixed} https://x.net`, 'curl -u admin:[redacted:command-password:1] https://x.net'],
    [`curl -s --user 'ada:${letters}' https://x`, "curl -s --user 'ada:[redacted:command-password:1]' https://x"],
    [`curl --user=ada:${letters} https://x`, 'curl --user=ada:[redacted:command-password:1] https://x'],
    [`curl -uada:${mixed} x.net`, 'curl -uada:[redacted:command-password:1] x.net'],
    [`mysql -u root -p${mixed} db`, 'mysql -u root -p[redacted:command-password:1] db'],
    [`mysqldump -h db -p'${letters}' app`, "mysqldump -h db -p'[redacted:command-password:1]' app"],
    [`sshpass -p ${letters} ssh h`, 'sshpass -p [redacted:command-password:1] ssh h'],
    [`redis-cli -h r -a ${mixed} ping`, 'redis-cli -h r -a [redacted:command-password:1] ping'],
    [`mongosh -u ada -p ${mixed} db`, 'mongosh -u ada -p [redacted:command-password:1] db'],
    [`password: ${letters}`, 'password: [redacted:assigned-secret:1]'],
    [`PASSWORD=${letters}`, 'PASSWORD=[redacted:assigned-secret:1]'],
    [`passwort: ${letters}`, 'passwort: [redacted:assigned-secret:1]'],
    [`the password is ${letters}.`, 'the password is [redacted:named-secret:1].'],
    [`Das Passwort lautet ${letters}, danke`, 'Das Passwort lautet [redacted:named-secret:1], danke'],
    ['the password for ada is Sommer!2031', 'the password for ada is [redacted:named-secret:1]'],
    ['Authorization: Bearer 0123456789abcdef0123456789', 'Authorization: Bearer [redacted:authorization:1]'],
  ])('%s', async (text, wanted) => {
    expect(await clean(text)).toBe(wanted);
  });

  it('in a list of arguments', async () => {
    const redactor = await openRedactor({ severity: 'medium' });
    const line = Buffer.from(JSON.stringify({ command: ['curl', '-u', `ada:${mixed}`, 'https://x.net'] }));
    expect(Buffer.from(redactor.line(line)).toString()).toBe(
      '{"command":["curl","-u","ada:[redacted:command-password:1]","https://x.net"]}',
    );
  });
});

describe('in a list of arguments, a password is found by the command before it', () => {
  it.each([
    ['sshpass', '-p', letters],
    ['sudo', '/usr/bin/sshpass', '-p', letters],
    ['sshpass', `-p${letters}`],
    ['mysql', '-u', 'root', `-p${letters}`],
    ['docker', 'login', '-u', 'ada', '-p', letters],
    ['redis-cli', '-a', `${letters}(1)"`],
    ['openssl', 'enc', '-k', `${letters} and more`],
    ['htpasswd', '-b', 'file', 'ada', letters],
    ['smbclient', '-U', `ada%${letters}`],
    ['zip', '-P', letters],
  ])('%s %s %s', async (...command) => {
    const redactor = await openRedactor({ severity: 'medium' });
    const line = JSON.stringify({ type: 'response_item', payload: { arguments: JSON.stringify({ command }) } });
    const clean = JSON.parse(Buffer.from(redactor.line(Buffer.from(line))).toString());
    const last = command.pop() as string;
    const wanted = `${last.slice(0, last.indexOf(letters))}[redacted:command-password:1]`;
    expect(JSON.parse(clean.payload.arguments).command).toEqual([...command, wanted]);
  });

  it.each([
    ['mysql', '-u', 'root', '-p', 'customers'],
    ['sshpass', '-p', '$PASSWORD', 'ssh'],
    ['sshpass', '-e', 'ssh', 'example.org'],
    ['docker', 'run', '-p', '8080:80', 'nginx'],
    ['sshpass -p', 'is', 'a', 'command'],
    ['mkdir', '-p', 'QwZkJtVb'],
  ])('and nothing else: %s %s %s', async (...command) => {
    const redactor = await openRedactor({ severity: 'medium' });
    const line = Buffer.from(JSON.stringify([...command, ['other', '-p', letters]]));
    expect(Buffer.from(redactor.line(line)).toString()).toBe(line.toString());
  });
});

describe('no password is', () => {
  it.each([
    'password: required',
    'password: string',
    'password: XMLHttpRequest, token: PostgreSQL',
    'the password is incorrect',
    'the password is SHA256-hashed with base64-encoded salts',
    'Your password was changed',
    'docker run -p 8080:80 -u 1000:1000 mysql -p3306:3306',
    'docker run --user node:node --user=www-data:www-data -p 127.0.0.1:80:80 x',
    'git push -u origin main',
    'mkdir -p path/to/QwZkJtVb',
    'tar -p -xf archive.tgz',
    'mysql -u root -p db',
    'mysql -u root -p$MYSQL_PASSWORD db',
    'curl -u user https://x.net',
    'curl -u user:password https://x.net',
    'curl -u $USER:$PASS https://x.net',
    'curl -u "<user>:<password>" https://x.net',
    'sshpass -p "$PASS" ssh h',
    'Authorization: Bearer YOUR_TOKEN_HERE',
  ])('%s', async (text) => {
    expect(await clean(text)).toBe(text);
  });
});

describe('the rule that knows more', () => {
  const github = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;
  const aws = 'AKIAQ7ZT3MVKX5RJD2WP';

  it.each([
    [`my token is ${github}`, 'my token is [redacted:github-token:1]'],
    [`Authorization: Bearer ${github}`, 'Authorization: Bearer [redacted:github-token:1]'],
    [`GH_TOKEN=${github}`, 'GH_TOKEN=[redacted:github-token:1]'],
    [`the key ${aws} of ada`, 'the key [redacted:aws-access-key-id:1] of ada'],
    [`key: ${aws}`, 'key: [redacted:aws-access-key-id:1]'],
  ])('wins: %s', async (text, wanted) => {
    expect(await clean(text)).toBe(wanted);
  });
});
