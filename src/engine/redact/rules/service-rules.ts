import { isRandom } from './entropy.ts';
import { key } from './key-rule.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Rule } from './rule.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** Keys with a beginning of their own of services that are many, so that they have a rule for each field. */
export const serviceRules: readonly Rule[] = [
  model(['gsk_'], 'gsk_[A-Za-z0-9]{40,80}'),
  model(['r8_'], 'r8_[A-Za-z0-9]{37}'),
  model(['pplx-'], 'pplx-[A-Za-z0-9]{40,80}'),
  model(['xai-'], 'xai-[A-Za-z0-9]{60,120}'),
  model(['lsv2_'], 'lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}'),
  model(['sk-lf-'], `sk-lf-${UUID}`),
  model(['pcsk_'], 'pcsk_[A-Za-z0-9]{4,10}_[A-Za-z0-9]{40,80}'),
  model(['fw_'], 'fw_[A-Za-z0-9]{22,24}'),
  model(['tvly-'], 'tvly-(?:dev-|prod-)?[\\w-]{28,80}'),
  model(['nvapi-'], 'nvapi-[\\w-]{60,80}'),
  model(['csk-'], 'csk-[a-z0-9]{40,60}'),
  model(['e2b_'], 'e2b_[0-9a-f]{40}'),
  model(['sk_'], 'sk_[0-9a-f]{48}'),
  model(['jina_'], 'jina_[A-Za-z0-9]{50,80}'),
  model(['pa-'], 'pa-[\\w-]{43}'),
  model(['fc-'], 'fc-[0-9a-f]{32}'),
  model(['ctx7sk-'], `ctx7sk-${UUID}`),
  hosting(['dp.'], 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}'),
  hosting(['sbp_'], 'sbp_(?:[a-z]{2,8}_)?[0-9a-f]{40}'),
  hosting(['sb_secret_'], 'sb_secret_[\\w-]{22,60}'),
  hosting(['pscale_'], 'pscale_(?:tkn|pw|oauth)_[\\w.=-]{32,64}'),
  hosting(['nfp_', 'nfc_'], 'nf[pc]_[A-Za-z0-9]{36,44}'),
  hosting(['vcp_', 'vca_', 'vck_', 'vci_', 'vcr_'], 'vc[pakir]_[A-Za-z0-9]{24,80}'),
  hosting(['fm1r_', 'fm1a_', 'fm2_', 'fo1_'], '(?:fm1[ar]|fm2|fo1)_[\\w+/=-]{40,}'),
  hosting(['rnd_'], 'rnd_[A-Za-z0-9]{24,40}'),
  hosting(['ddp_', 'ddw_'], 'dd[pw]_[A-Za-z0-9]{36}'),
  hosting(['napi_'], 'napi_[a-z0-9]{60,70}'),
  hosting(['prod:', 'dev:'], '(?:prod|dev):[a-z]{2,20}-[a-z]{2,20}-\\d{1,4}\\|[\\w+/=-]{40,}'),
  hosting(['.atlasv1.'], '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70}', { back: 14 }),
  hosting(['pul-'], 'pul-[0-9a-f]{40}'),
  hosting(['tskey-'], 'tskey-[a-z]{3,12}-[A-Za-z0-9]{6,40}-[A-Za-z0-9]{20,60}'),
  hosting(['v1.0-'], 'v1\\.0-[0-9a-f]{24}-[0-9a-f]{146}'),
  hosting(['SCW'], 'SCW[A-Z0-9]{17}'),
  hosting(['LTAI'], 'LTAI[A-Za-z0-9]{16,20}'),
  hosting(['AKID'], 'AKID[A-Za-z0-9]{32}'),
  build(['bkua_'], 'bkua_[0-9a-f]{40}'),
  build(['CCIPAT_', 'CCIPRJ_'], 'CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}'),
  build(['AKCp'], 'AKCp[A-Za-z0-9]{69,73}'),
  build(['cmVmdGtu'], 'cmVmdGtu[A-Za-z0-9]{56}'),
  build(['sgp_'], 'sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}'),
  build(['snyk_uat.'], 'snyk_uat\\.[0-9a-f]{8}\\.[\\w.-]{40,200}'),
  build(['API-'], 'API-[A-Z0-9]{26,32}'),
  build(['pat.'], 'pat\\.[\\w-]{22}\\.[0-9a-f]{24}\\.[A-Za-z0-9]{20}'),
  build(['pnu_', 'pnb_'], 'pn[ub]_[A-Za-z0-9]{36}'),
  build(['ico-'], 'ico-[A-Za-z0-9]{32}'),
  build(['cio'], 'cio[A-Za-z0-9]{32}'),
  build(['CLOJARS_'], 'CLOJARS_[0-9a-f]{60}'),
  build(['AZDO'], '[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}', { back: 76 }),
  other(['dt0c01.', 'dt0s16.'], 'dt0[a-z]\\d\\d\\.[A-Z0-9]{8,24}\\.[A-Z0-9]{64}'),
  other(['phx_', 'phs_'], 'ph[xs]_[A-Za-z0-9]{40,60}'),
  other(['CFPAT-'], 'CFPAT-[\\w-]{43}'),
  other(['xkeysib-', 'xsmtpsib-'], 'x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}'),
  other(['re_'], 're_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,24}'),
  other(['EZAK', 'EZTK'], 'EZ[AT]K[A-Za-z0-9]{54}'),
  other(['shippo_'], 'shippo_(?:live|test)_[0-9a-f]{40}'),
  other(['rdme_'], 'rdme_[0-9a-z]{70}'),
  other(['tfp_'], 'tfp_[\\w.=-]{44,70}'),
  other(['access-'], `access-(?:production|development|sandbox)-${UUID}`),
  other(['aio_'], 'aio_[A-Za-z0-9]{28}'),
  other(['ory_'], 'ory_(?:st|at|rt|pat|apikey)_[A-Za-z0-9]{32,64}'),
  other(['sk.ey'], 'sk\\.eyJ[\\w-]{20,200}\\.[\\w-]{20,30}'),
  other(['live_', 'test_'], '(?:live|test)_[0-9a-f]{35}'),
  other(['bb_live_', 'bb_test_'], 'bb_(?:live|test)_[\\w-]{24,40}'),
  other(['EAA'], 'EAA[A-Za-z0-9]{90,300}'),
  other(['A3-'], 'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}'),
  key(
    'otp-secret',
    'seed of one-time passwords',
    ['otpauth://'],
    'otpauth://[^\\s"\'`<>]{1,300}?[?&]secret=(?<secret>[A-Za-z2-7]{16,128})',
  ),
  key('wallet-key', 'extended private key of a wallet', ['xprv'], 'xprv[1-9A-HJ-NP-Za-km-z]{100,112}'),
  key(
    'password-hash',
    'hash of a password, as in /etc/shadow or htpasswd',
    ['$1$', '$2a$', '$2b$', '$2y$', '$5$', '$6$', '$y$', '$7$', '$apr1$', '$argon2'],
    '\\$(?:2[aby]\\$\\d\\d\\$[./A-Za-z0-9]{53}|(?:[156y7]|apr1)\\$(?:[\\w./=$]{1,60}\\$)?[./A-Za-z0-9]{22,100}|argon2i?d?\\$(?:v=\\d+\\$)?[a-z]=[\\w=,]{3,60}\\$[\\w+/]{8,90}\\$[\\w+/]{16,128})',
  ),
];

function model(anchors: readonly string[], body: string): Rule {
  return chance(
    'ai-service-key',
    'key of a service of models, such as Groq, xAI, Replicate or Langfuse',
    anchors,
    body,
  );
}

function hosting(anchors: readonly string[], body: string, more: Pick<Rule, 'back'> = {}): Rule {
  const text = 'token of a host or cloud, such as Vercel, Netlify, Fly.io, Supabase or Terraform';
  return chance('hosting-token', text, anchors, body, more);
}

function build(anchors: readonly string[], body: string, more: Pick<Rule, 'back'> = {}): Rule {
  const text = 'token of a service that builds or keeps packages, such as CircleCI, Artifactory or crates.io';
  return chance('build-token', text, anchors, body, more);
}

function other(anchors: readonly string[], body: string): Rule {
  return chance('service-token', 'token of another service, such as PostHog, Plaid, Resend or Typeform', anchors, body);
}

/** Some of these beginnings are those of names, too: what is no chance behind them is one. */
function chance(
  id: string,
  text: string,
  anchors: readonly string[],
  body: string,
  more: Pick<Rule, 'back'> = {},
): Rule {
  const accepts = (value: string) =>
    value.length > LONG || codes.test(value)
      ? !isPlaceholder(value)
      : isRandom(value) && (/\d/.test(value) || value.length > MIDDLE);
  return key(id, text, anchors, body, { ...more, accepts });
}

/** Digits in base 16, and capitals with digits: no name is made of these alone. */
const codes = /[0-9a-f]{32}|^(?=.*\d)[A-Z0-9-]{20,}$/;
/** Hardly any of this length is without a digit. */
const MIDDLE = 40;
const LONG = 60;
