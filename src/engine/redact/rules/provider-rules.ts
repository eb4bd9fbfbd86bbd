import { isRandom } from './entropy.ts';
import { key } from './key-rule.ts';
import type { Rule } from './rule.ts';
import { serviceRules } from './service-rules.ts';

/** Keys that their makers have given a beginning of their own, so that nothing else looks like them. */
export const providerRules: readonly Rule[] = [
  key('aws-access-key-id', 'access key id of AWS', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], 'A[A-Z]{3}[A-Z0-9]{16}'),
  key(
    'aws-secret-key',
    'secret of an access key of AWS, beside its id',
    ['AKIA', 'ASIA'],
    'A[A-Z]{3}[A-Z0-9]{16}(?![A-Za-z0-9])(?:[^\\n]{0,120}?[^\\w+/=-])(?<secret>[A-Za-z0-9+/]{40})(?![\\w+/=])',
    { accepts: isRandomToken },
  ),
  key('aws-bedrock-key', 'key of AWS Bedrock', ['ABSK'], 'ABSK[A-Za-z0-9+/]{100,140}={0,2}'),
  key('gcp-api-key', 'API key of Google', ['AIza'], 'AIza[\\w-]{35}'),
  key('gcp-oauth-token', 'OAuth token of Google', ['ya29.'], 'ya29\\.[\\w-]{20,}'),
  key('gcp-oauth-token', 'OAuth token of Google', ['1//0'], '1//0[\\w-]{30,200}', { accepts: isRandomToken }),
  key('gcp-client-secret', 'client secret of Google', ['GOCSPX-'], 'GOCSPX-[\\w-]{28}'),
  key('azure-client-secret', 'client secret of Azure', ['8Q~', '7Q~'], '[\\w~.-]{3}[78]Q~[\\w~.-]{31,34}', { back: 3 }),
  key(
    'azure-key',
    'key of an Azure storage account or service bus',
    ['AccountKey=', 'SharedAccessKey='],
    '(?:SharedAccess|Account)Key=(?<secret>[A-Za-z0-9+/]{40,88}={0,2})',
  ),
  key(
    'azure-key',
    'key of an Azure storage account or service bus',
    ['JQQJ99', 'AzSe', 'AAAAAC'],
    '(?:[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}|[A-Za-z0-9]{42}AzSe[A-Za-z0-9]{6}|[A-Za-z0-9]{32}AAAAAC[A-Za-z0-9]{10})',
    { back: 52, accepts: isRandomToken },
  ),
  key(
    'azure-sas',
    'signature of a shared access',
    ['?sig=', '&sig=', '&amp;sig='],
    '[?&](?:amp;)?sig=(?<secret>[\\w%+/-]{30,}=*)',
  ),
  key('github-token', 'token of GitHub', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'gh[pousr]_[A-Za-z0-9]{36,255}'),
  key('github-token', 'token of GitHub', ['github_pat_'], 'github_pat_\\w{22,255}'),
  key(
    'gitlab-token',
    'token of GitLab',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glsoat-', 'glft-', 'glimt-', 'glagent-', 'gloas-'],
    'gl[a-z]+-[\\w-]{20,100}(?:\\.[0-9a-z.]{4,40})?',
  ),
  key(
    'slack-token',
    'token of Slack',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxe', 'xoxc-', 'xoxd-', 'xapp-'],
    'xoxd-[\\w%+/=-]{30,400}|x(?:ox[a-z]|app)(?:\\.xox[a-z])?-(?:\\d+-)?(?:[A-Za-z0-9]{1,40}-){0,8}[A-Za-z0-9]{10,400}',
  ),
  key(
    'slack-webhook',
    'address of a webhook of Slack',
    ['hooks.slack.com'],
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/(?<secret>[A-Za-z0-9/]{20,})',
  ),
  key(
    'stripe-key',
    'key of Stripe',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'],
    '(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9+/]{16,120}',
  ),
  key('anthropic-key', 'key of Anthropic', ['sk-ant-'], 'sk-ant-[a-z]{3,8}\\d\\d-[\\w-]{24,}'),
  key(
    'openai-key',
    'key of OpenAI',
    ['sk-'],
    'sk-(?:(?:proj|svcacct|admin|None)-[\\w-]{20,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{32,64})',
  ),
  key('openai-key', 'key of OpenAI', ['sess-', 'rt_', 'rt.1.'], '(?:sess-[A-Za-z0-9]{40}|rt[_.][\\w.-]{40,400})', {
    accepts: (value) => isRandomToken(value) && /[A-Z]/.test(value),
  }),
  key('openrouter-key', 'key of OpenRouter', ['sk-or-'], 'sk-or-v1-[0-9a-f]{64}'),
  key('npm-token', 'token of npm', ['npm_'], 'npm_[A-Za-z0-9]{36}'),
  key('npm-token', 'token of npm', ['_authToken', '_auth='], '_auth(?:Token)?\\s?=\\s?"?(?<secret>[\\w+/=-]{16,})'),
  key('pypi-token', 'token of PyPI', ['pypi-'], 'pypi-AgE[\\w-]{50,}'),
  key('rubygems-token', 'key of RubyGems', ['rubygems_'], 'rubygems_[0-9a-f]{48}'),
  key('docker-token', 'token of Docker', ['dckr_pat_', 'dckr_oat_'], 'dckr_[po]at_[\\w-]{27,32}'),
  key('twilio-key', 'key of Twilio', ['SK'], 'SK[0-9a-f]{32}'),
  key('sendgrid-key', 'key of SendGrid', ['SG.'], 'SG\\.[\\w-]{16,32}\\.[\\w-]{30,64}'),
  key('mailgun-key', 'key of Mailgun', ['key-'], 'key-[0-9a-f]{32}'),
  key('mailchimp-key', 'key of Mailchimp', ['-us'], '[0-9a-f]{32}-us\\d{1,2}', { back: 32 }),
  key('telegram-token', 'token of a bot of Telegram', [':AA'], '(?:bot)?(?<secret>\\d{8,10}:AA[\\w-]{32,33})', {
    back: 13,
  }),
  key(
    'discord-token',
    'token of a bot of Discord',
    ['MD', 'MT', 'Mj', 'Mz', 'ND', 'NT', 'Nj', 'Nz', 'OD', 'OT'],
    '[MNO][DTjz][A-Za-z0-9]{20,28}\\.[\\w-]{6}\\.[\\w-]{27,40}',
  ),
  key(
    'discord-webhook',
    'address of a webhook of Discord',
    ['/api/webhooks/'],
    '/api/webhooks/(?<secret>\\d{17,20}/[\\w-]{60,72})',
  ),
  key('huggingface-token', 'token of Hugging Face', ['hf_'], 'hf_[A-Za-z0-9]{34,40}'),
  key('databricks-token', 'token of Databricks', ['dapi'], 'dapi[0-9a-f]{32}(?:-\\d)?'),
  key('digitalocean-token', 'token of DigitalOcean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], 'do[opr]_v1_[0-9a-f]{64}'),
  key('heroku-key', 'key of Heroku', ['HRKU-'], 'HRKU-[\\w-]{36,64}'),
  key('square-key', 'key of Square', ['sq0atp-', 'sq0csp-', 'sq0idp-'], 'sq0[a-z]{3}-[\\w-]{22,43}'),
  key('square-key', 'key of Square', ['EAAA'], 'EAAA[\\w-]{60}'),
  key('shopify-token', 'token of Shopify', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], 'shp[a-z]{2}_[0-9a-zA-Z]{32,64}'),
  key('linear-key', 'key of Linear', ['lin_api_', 'lin_oauth_'], 'lin_(?:api|oauth)_\\w{32,128}'),
  key('notion-token', 'token of Notion', ['ntn_', 'secret_'], '(?:ntn_[A-Za-z0-9]{40,50}|secret_[A-Za-z0-9]{43})'),
  key('figma-token', 'token of Figma', ['figd_'], 'figd_[\\w-]{40}'),
  key('sentry-token', 'token of Sentry', ['sntrys_', 'sntryu_'], 'sntry[su]_[\\w+/=-]{40,}'),
  key('newrelic-key', 'key of New Relic', ['NRAK-'], 'NRAK-[A-Z0-9]{27}'),
  key(
    'grafana-token',
    'token of Grafana',
    ['glsa_', 'glc_ey'],
    'gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_ey[A-Za-z0-9+/=]{40,})',
  ),
  key('vault-token', 'token of Vault', ['hvs.', 'hvb.'], 'hv[sb]\\.[\\w-]{24,}'),
  key('age-key', 'key of age', ['AGE-SECRET-KEY-1'], 'AGE-SECRET-KEY-1[A-Z0-9]{58}'),
  key('postman-key', 'key of Postman', ['PMAK-'], 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}'),
  key('onepassword-token', 'token of 1Password', ['ops_ey'], 'ops_ey[A-Za-z0-9+/=]{100,}'),
  key('atlassian-token', 'token of Atlassian', ['ATATT3'], 'ATATT3[\\w=-]{100,}'),
  key('jwt', 'JSON web token', ['eyJ'], 'eyJ[\\w-]{10,1000}\\.eyJ[\\w-]{8,16000}\\.[\\w-]{10,2000}', {
    accepts: isJwt,
  }),
  ...serviceRules,
];

/** Their names: what they find, other rules find, too, and know less of it. */
export const providerNames: ReadonlySet<string> = new Set(providerRules.map(({ id }) => id));

/** The texts that secretlint's rules look for, as far as no rule above has them. */
export const secretlintAnchors: readonly string[] = ['x-oauth-basic', 'mongodb', 'mysql', 'postgres'];

/** Nothing made of words, which their beginning or length alone does not rule out. */
function isRandomToken(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value) && isRandom(value);
}

function isJwt(value: string): boolean {
  const header = Buffer.from(value.slice(0, value.indexOf('.')), 'base64url').toString('latin1');
  return header.startsWith('{') && header.includes('"alg"');
}
