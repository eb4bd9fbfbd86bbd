import { describe, expect, it } from 'vitest';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';

async function clean(text: string): Promise<string> {
  return (await openRedactor({ severity: 'medium' })).text(text);
}

const mixed = (length: number) => 'aB3dE5gH7jKw9Qz2'.repeat(10).slice(0, length);
const hex = (length: number) => 'a3f09c47be15d286'.repeat(10).slice(0, length);
const upper = (length: number) => 'A7K2Q9ZT4MWX'.repeat(10).slice(0, length);
const uuid = '5c3dcf01-5138-f9b6-8b9d-ef4693ee7b39';

describe('a key of its own kind is found', () => {
  it.each([
    ['ai-service-key', `gsk_${mixed(52)}`],
    ['ai-service-key', `r8_${mixed(37)}`],
    ['ai-service-key', `pplx-${mixed(48)}`],
    ['ai-service-key', `xai-${mixed(80)}`],
    ['ai-service-key', `lsv2_pt_${hex(32)}_${hex(10)}`],
    ['ai-service-key', `sk-lf-${uuid}`],
    ['ai-service-key', `tvly-dev-${mixed(32)}`],
    ['hosting-token', `dp.pt.${mixed(43)}`],
    ['hosting-token', `sbp_${hex(40)}`],
    ['hosting-token', `pscale_tkn_${mixed(43)}`],
    ['hosting-token', `fm2_${mixed(120)}`],
    ['hosting-token', `${mixed(14)}.atlasv1.${mixed(67)}`],
    ['hosting-token', `tskey-auth-${mixed(17)}-${mixed(32)}`],
    ['hosting-token', `LTAI5t${mixed(18)}`],
    ['ai-service-key', `fc-${hex(32)}`],
    ['hosting-token', 'SCWO6CDAE2RNWALWT6O6'],
    ['build-token', `CCIPAT_${mixed(22)}_${hex(40)}`],
    ['build-token', `AKCp8${mixed(68)}`],
    ['build-token', `cio${mixed(32)}`],
    ['service-token', `dt0c01.${upper(24)}.${upper(64)}`],
    ['service-token', `re_${mixed(8)}_${mixed(24)}`],
    ['service-token', `access-production-${uuid}`],
    ['slack-token', `xoxc-${'123456789012-'.repeat(3)}${hex(64)}`],
    ['slack-token', `xoxd-${mixed(120)}`],
    ['openai-key', `rt_${mixed(88)}`],
    ['openai-key', `sess-${mixed(40)}`],
    ['gcp-oauth-token', `1//0g${mixed(90)}`],
    ['aws-bedrock-key', `ABSK${mixed(108)}`],
    ['azure-key', `${mixed(52)}JQQJ99${mixed(26)}`],
    ['password-hash', `$2b$12$${mixed(53)}`],
    ['password-hash', `$6$${mixed(16)}$${mixed(86)}`],
    ['wallet-key', `xprv9s21ZrQH143K${'aB3dE5gH7jKw9Qz2'.repeat(6)}`],
  ])('%s: %s', async (rule, secret) => {
    expect(await clean(`it printed ${secret} there`)).toBe(`it printed [redacted:${rule}:1] there`);
    expect(await clean(`${secret}\\n`)).toBe(`[redacted:${rule}:1]\\n`);
  });

  it('the secret of an access key of AWS beside its id', async () => {
    const secret = 'fKitbh1ado+9l1Z2bth9EUi0LP1miE1+zDEd34n2';
    for (const between of [' and the secret ', '\t2026-01-01T00:00:00Z\t', ',', '","']) {
      expect(await clean(`AKIAQ7ZT3MVKX5RJD2WP${between}${secret} x`)).toBe(
        `[redacted:aws-access-key-id:1]${between}[redacted:aws-secret-key:2] x`.replace(':2]', ':1]'),
      );
    }
  });
});

describe('what only begins like one stays', () => {
  it.each([
    're_exported_some_function_name_of_this, rt_mutex_lock_interruptible_nested_with_priority_value1',
    'pa-sse-and-other-words-that-go-on-and-on-until-43-x, api-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    'fw_update_firmware_version, sk_live_0000000000000000000000, live_streaming',
    'commit a3f09c47be15d286a3f09c47be15d286a3f09c47, test_5 of 12, prod:web-app-1',
    '$1$ and $6$ and $2b$ and $HOME/$5$x',
    'AKIAQ7ZT3MVKX5RJD2WP',
  ])('%s', async (text) => {
    expect(await clean(text)).toBe(text.replace('AKIAQ7ZT3MVKX5RJD2WP', '[redacted:aws-access-key-id:1]'));
  });
});
