// Made-up secrets, a kind each: tokens in the shapes that their issuers document, values of what is
// named as secret in the forms of many languages and files, and tokens where they are hard to see.
// Every random part is drawn from a seed; the shapes are put together here, so that no scanner
// takes this file for a leak.

import { mulberry32 } from '../src/numerics/random.ts';

export interface MadeUpSecret {
  kind: string;
  /** What stands in a file. */
  text: string;
  /** What of it must not be learned. */
  secret: string[];
}

const SMALL = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALPHABETS = {
  hex: `${DIGITS}abcdef`,
  HEX: `${DIGITS}ABCDEF`,
  small: SMALL,
  low: SMALL + DIGITS,
  up: SMALL.toUpperCase() + DIGITS,
  b32: `${SMALL.toUpperCase()}234567`,
  any: SMALL + SMALL.toUpperCase() + DIGITS,
  b64: `${SMALL}${SMALL.toUpperCase()}${DIGITS}+/`,
  url: `${SMALL}${SMALL.toUpperCase()}${DIGITS}-_`,
  num: DIGITS,
};
type Alphabet = keyof typeof ALPHABETS;

/** Shapes: `{any36}` is 36 characters of an alphabet, `{uuid}` a UUID, § a dollar. */
const SHAPES = String.raw`
AWS key id|AKIA{b3216}
AWS temporary key id|ASIA{b3216}
AWS secret key|{b6440}
AWS session token|IQoJb3JpZ2luX2VjE{b64300}
Bedrock key|ABSK{b64120}
GitHub token|ghp_{any36}
GitHub OAuth|gho_{any36}
GitHub user|ghu_{any36}
GitHub server|ghs_{any36}
GitHub refresh|ghr_{any36}
GitHub fine-grained|github_pat_{any22}_{any59}
GitLab personal|glpat-{url20}
GitLab trigger|glptt-{hex40}
GitLab deploy|gldt-{url20}
GitLab runner|glrt-{url20}
GitLab job|glcbt-{any2}_{url20}
GitLab OAuth|gloas-{hex64}
GitLab SCIM|glsoat-{url20}
GitLab feed|glft-{url20}
GitLab agent|glagent-{url50}
Bitbucket app password|ATBB{any32}
Atlassian token|ATATT3{url180}
Slack bot|xoxb-{num12}-{num13}-{any24}
Slack user|xoxp-{num12}-{num12}-{num12}-{hex32}
Slack app|xapp-1-A{up10}-{num13}-{hex64}
Slack refresh|xoxe-1-{up146}
Slack hook|https://hooks.slack.com/services/T{up10}/B{up10}/{any24}
Discord bot|{any26}.{any6}.{url38}
Discord hook|https://discord.com/api/webhooks/{num19}/{url68}
Telegram bot|{num10}:AA{url33}
Teams hook|https://example.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{hex32}/{uuid}
JSON Web Token|eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ{any80}.{url43}
JSON Web Encryption|eyJ{any60}.{url80}.{url16}.{url120}.{url22}
Google key|AIza{url35}
Google OAuth|ya29.{url120}
Google client secret|GOCSPX-{url28}
Google client id|{num12}-{low32}.apps.googleusercontent.com
Firebase messaging|APA91b{url134}
Stripe live|sk_live_{any24}
Stripe test|sk_test_{any99}
Stripe restricted|rk_live_{any24}
Stripe hook|whsec_{any32}
npm|npm_{any36}
PyPI|pypi-AgEIcHlwaS5vcmc{url120}
RubyGems|rubygems_{hex48}
NuGet|oy2{low43}
Clojars|CLOJARS_{hex60}
crates.io|cio{any32}
Docker Hub|dckr_pat_{url27}
Artifactory key|AKCp{any69}
Artifactory reference|cmVmd{any59}
OpenAI old|sk-{any20}T3BlbkFJ{any20}
OpenAI project|sk-proj-{url74}T3BlbkFJ{url74}
OpenAI service|sk-svcacct-{url58}T3BlbkFJ{url58}
Anthropic|sk-ant-api03-{url93}AA
OpenRouter|sk-or-v1-{hex64}
Groq|gsk_{any52}
xAI|xai-{any80}
Perplexity|pplx-{any48}
Replicate|r8_{any37}
Hugging Face|hf_{any34}
Mistral|{any32}
Cohere|{any40}
Tavily|tvly-{any32}
LangSmith|lsv2_pt_{hex32}_{hex10}
NVIDIA|nvapi-{url64}
SendGrid|SG.{url22}.{url43}
Mailgun|key-{hex32}
Mailgun signing|{hex32}-{hex8}-{hex8}
Mailchimp|{hex32}-us12
Sendinblue|xkeysib-{hex64}-{any16}
Postmark|{uuid}
Resend|re_{any8}_{any24}
Twilio account|AC{hex32}
Twilio key|SK{hex32}
Vonage|{any16}
MessageBird|{any25}
Shopify access|shpat_{hex32}
Shopify custom|shpca_{hex32}
Shopify private|shppa_{hex32}
Shopify shared|shpss_{hex32}
Square access|sq0atp-{url22}
Square secret|sq0csp-{url43}
Square production|EAAA{url60}
EasyPost|EZAK{any54}
Plaid access|access-sandbox-{uuid}
Plaid secret|{hex30}
Shippo|shippo_live_{hex40}
Duffel|duffel_live_{url43}
Flutterwave|FLWSECK_TEST-{hex32}-X
Lob|live_pub_{hex31}
Adyen|AQE{any120}
PayPal|A{url79}
Braintree|access_token$production§{low16}§{hex32}
Razorpay|rzp_live_{any14}
Coinbase|{url64}
Linear|lin_api_{any40}
Notion old|secret_{any43}
Notion|ntn_{num11}{any35}
Figma|figd_{url40}
Frame.io|fio-u-{url64}
HubSpot|pat-na1-{uuid}
Typeform|tfp_{url59}
Postman|PMAK-{hex24}-{hex34}
Airtable old|key{any14}
Airtable|pat{any14}.{hex64}
Asana|1/{num16}:{hex32}
Trello|ATTA{hex64}
Zendesk|{any40}
Intercom|dG9rO{b6455}=
ReadMe|rdme_{low70}
1Password service|ops_eyJ{any250}
1Password secret|A3-{up6}-{up11}-{up5}-{up5}-{up5}
age|AGE-SECRET-KEY-1{up58}
Vault service|hvs.{url95}
Vault batch|hvb.{url140}
Vault old|s.{any24}
Terraform cloud|{any14}.atlasv1.{url67}
PlanetScale token|pscale_tkn_{url43}
PlanetScale password|pscale_pw_{url43}
Pulumi|pul-{hex40}
Prefect|pnu_{any36}
Supabase|sbp_{hex40}
Neon|npg_{any12}{any20}
Fly|fo1_{url43}
Fly macaroon|fm2_{b64160}
Netlify|nfp_{any36}
Render|rnd_{any28}
Vercel|{any24}
Heroku|HRKU-{uuid}
Cloudflare key|{hex37}
Cloudflare token|{url40}
Cloudflare origin|v1.0-{hex24}-{hex146}
Fastly|{url32}
DigitalOcean|dop_v1_{hex64}
DigitalOcean OAuth|doo_v1_{hex64}
Scaleway|SCW{up17}
Linode|{hex64}
Databricks|dapi{hex32}
OpenShift|sha256~{url43}
Kubernetes bootstrap|{low6}.{low16}{low4}
Alibaba|LTAI{any20}
Tencent|AKID{any32}
Yandex key|AQVN{url37}
Yandex OAuth|y0_{url55}
Azure storage|{b6486}==
Azure AD secret|{any3}8Q~{url34}
Azure DevOps|{low52}
Grafana service|glsa_{any32}_{hex8}
Grafana cloud|glc_{b6464}
New Relic user|NRAK-{up27}
New Relic insert|NRII-{url32}
Sentry user|sntryu_{hex64}
Sentry organisation|sntrys_eyJ{b64100}_{b6443}
Dynatrace|dt0c01.{up24}.{up64}
Datadog key|{hex32}
Datadog application|{hex40}
PostHog|phx_{any43}
SonarQube|squ_{hex40}
Sourcegraph|sgp_{hex16}_{hex40}
Snyk|{uuid}
CircleCI|CCIPAT_{any22}_{hex40}
Buildkite|bkua_{hex40}
Travis|{any22}
Codecov|{uuid}
Octopus|API-{up26}
Tailscale|tskey-auth-{any12}CNTRL-{any32}
Facebook|EAAC{any120}
Instagram|IGQV{url130}
Twitter bearer|AAAAAAAAAAAAAAAAAAAAA{any30}%2B{any40}%3D{any20}
Twitter access|{num19}-{any40}
LinkedIn|AQ{url120}
Dropbox|sl.{url135}
Mapbox secret|sk.eyJ1{any60}.{any22}
Algolia|{hex32}
Etsy|{low24}
Spotify|BQ{url150}
Twitch|{low30}
Shippable|{uuid}
Settlemint|sm_pat_{any16}
WireGuard|{b6443}=
Ethereum key|0x{hex64}
Bitcoin key|L{any51}
Nostr|nsec1{low58}
Extended key|xprv{any107}
bcrypt hash|$2b$12§{any53}
SHA-512 crypt|$6§{any16}§{b6486}
Argon2 hash|$argon2id$v=19$m=65536,t=3,p=4§{b6422}§{b6443}
htpasswd|$apr1§{any8}§{any22}
Laravel key|base64:{b6443}=
Rails key|{hex128}
Fernet key|{url43}=
TOTP|{b3232}
Session|{hex26}
PHP session|{low26}
CSRF|{b6486}==
Cookie of ASP.NET|CfDJ8{url120}
SAS signature|{b6443}%3D
`;

/** Forms in which a value stands that is named as secret: VALUE is the value, ´ a backtick. */
const FORMS = String.raw`
assignment|password = "VALUE"
small quotation marks|password='VALUE'
JSON|{"password": "VALUE", "user": "sa"}
JSON in one line|{"user":"sa","password":"VALUE"}
JSON in a string|"{\\"password\\": \\"VALUE\\"}"
YAML|db:\n  password: VALUE\n
quoted YAML|  db_password: 'VALUE'
properties|spring.datasource.password=VALUE\n
INI|[db]\npasswd = VALUE\n
TOML|secret = "VALUE"
environment|export DB_PASSWORD=VALUE\n
Docker|ENV POSTGRES_PASSWORD VALUE\n
Docker with =|ENV MYSQL_ROOT_PASSWORD=VALUE\n
compose|      MYSQL_PASSWORD: VALUE\n
command line|mysqldump --password=VALUE db\n
command line with a space|tool login --password VALUE\n
token of a command|gh auth login --with-token=VALUE\n
connection string|Server=db;User Id=sa;Password=VALUE;
short connection string|Data Source=db;Uid=sa;Pwd=VALUE;
JDBC|jdbc:mysql://db/x?user=sa&password=VALUE
Postgres address|postgres://app:VALUE@db:5432/x
Mongo address|mongodb+srv://app:VALUE@cluster.example.net/x
Redis address|redis://:VALUE@cache:6379
proxy address|http_proxy=http://jo:VALUE@proxy.example.org:3128/
address of Git|git clone https://jo:VALUE@example.org/x.git
XML element|<password>VALUE</password>
XML attribute|<user name="sa" password="VALUE"/>
XML setting|<add key="Password" value="VALUE"/>
Maven|<server><id>x</id><passphrase>VALUE</passphrase></server>
entities|password=&quot;VALUE&quot;
C|#define WIFI_PASSWORD "VALUE"
C++|const std::string kPassword = "VALUE";
Java|private static final String PASSWORD = "VALUE";
Go|password := "VALUE"
Rust|let secret: &str = "VALUE";
Ruby|config.password => "VALUE"
Perl|my $passwd = 'VALUE';
PHP|define('DB_PASSWORD', 'VALUE');
PHP array|'password' => 'VALUE',
Python keyword|connect(user="sa", password="VALUE")
Python dictionary|{'api_secret': 'VALUE'}
JavaScript|const clientSecret = 'VALUE';
TypeScript|readonly secret: string = 'VALUE'
Swift|let password: String = "VALUE"
Kotlin|val dbPassword = "VALUE"
Terraform|  master_password = "VALUE"
Ansible|ansible_become_pass: VALUE\n
Jenkins|password: 'VALUE', url: 'x'
SQL|ALTER USER sa WITH PASSWORD 'VALUE';
PowerShell|$Password = "VALUE"
batch|set PASSWORD=VALUE\n
Basic header|Authorization: Basic VALUE\n
Bearer header|"Authorization": "Bearer VALUE"
token header|-H "Authorization: token VALUE"
key header|X-Api-Key: VALUE\n
query|https://example.org/?access_token=VALUE&x=1
npmrc|//registry.example.org/:_authToken=VALUE\n
Django|SECRET_KEY = 'django-insecure-VALUE!#z'
wireless|wpa_passphrase=VALUE\n
German|Passwort: VALUE\n
French|mot de passe : VALUE\n
Korean|비밀번호: VALUE\n
Korean sentence|새 비밀번호 : VALUE 입니다.
Chinese|密码：VALUE\n
Japanese|パスワード: VALUE\n
Spanish|contraseña: VALUE\n
Markdown|- **password**: ´VALUE´
Markdown table|| password | ´VALUE´ |
`;

/** Where a token is hard to see: TOKEN is it, HALF and REST are its two halves. */
const PLACES = String.raw`
glued to letters|valueTOKEN
glued to letters behind|TOKENvalue
glued to a name|apikey_TOKEN
behind a line break of a string|"first\\nTOKEN"
behind a tab of a string|"a\\tTOKEN\\n"
behind Hangul|토큰은TOKEN입니다
in Hangul|키(TOKEN)를
behind kana|キーTOKENです
behind ideographs|密钥TOKEN。
cut by a numeric reference|HALF&#65;REST
cut by a hexadecimal reference|HALF&#x2F;REST
cut by a named reference|HALF&amp;REST
cut by a percent escape|HALF%2FREST
cut by a \\u escape|"HALF\\u0041REST"
cut by a \\x escape|'HALF\\x41REST'
cut by an escaped slash|"HALF\\/REST"
in an address|https://example.org/hook/TOKEN/send
in a query|https://example.org/?x=TOKEN
in a path|/srv/data/TOKEN/file.txt
as a file|TOKEN.json
in angle brackets|<TOKEN>
in a comment|// TOKEN
in a comment of HTML|<!-- TOKEN -->
in a list|a, TOKEN, b
in a table|x\tTOKEN\ty
in prose|The token is TOKEN, so keep it.
in Markdown|´TOKEN´
in a link|[x](https://example.org/TOKEN)
in a class|class="TOKEN"
in a data attribute|data-x='TOKEN'
in a log|2024-01-01T00:00:00Z INFO x=TOKEN y=1
in a call|f(TOKEN)
in an array|["TOKEN","x"]
in LaTeX|\\texttt{TOKEN}
as a tag|#TOKEN
as a mail address|TOKEN@example.org
in parentheses|(TOKEN)
with an ellipsis|TOKEN...
at an end|x TOKEN
with a full stop|It was TOKEN.
`;

const lines = (table: string): [string, string][] =>
  table
    .trim()
    .replaceAll('§', '$')
    .replaceAll('´', '`')
    .split('\n')
    .map((line) => {
      const bar = line.indexOf('|');
      return [line.slice(0, bar), line.slice(bar + 1)];
    });

/** The secrets, each kind once, drawn from a seed. */
export function madeUpSecrets(seed: number): MadeUpSecret[] {
  const random = mulberry32(seed);
  const drawn = (alphabet: Alphabet, count: number): string => {
    const letters = ALPHABETS[alphabet];
    return Array.from({ length: count }, () => letters[Math.floor(random() * letters.length)]).join('');
  };
  const uuid = (): string => [8, 4, 4, 4, 12].map((count) => drawn('hex', count)).join('-');
  const secrets: MadeUpSecret[] = [];
  for (const [kind, shape] of lines(SHAPES)) {
    const parts: string[] = [];
    const text = shape.replace(
      /\{uuid\}|\{(hex|HEX|small|low|up|b32|any|b64|url|num)(\d+)\}/g,
      (_, alphabet?: Alphabet, count?: string) => {
        const part = alphabet === undefined ? uuid() : drawn(alphabet, Number(count));
        if (alphabet !== 'num' && part.length > 3) parts.push(part);
        return part;
      },
    );
    secrets.push({ kind, text: `const given = "${text}";\n`, secret: parts });
  }
  for (const [kind, form] of lines(FORMS)) {
    for (const [sort, value] of [
      ['password', `${drawn('small', 3)}${drawn('num', 2)}${drawn('any', 5)}7k`],
      ['key', drawn('any', 20)],
    ] as const) {
      if (sort === 'key' && !/header|token|query|npmrc/.test(kind) && secrets.length % 3 > 0) continue;
      secrets.push({
        kind: `${kind}, a ${sort}`,
        text: unescaped(form).replace('VALUE', () => value),
        secret: [value],
      });
    }
  }
  for (const [kind, place] of lines(PLACES)) {
    for (const [sort, token] of [
      ['mixed', drawn('any', 36)],
      ['hexadecimal', drawn('hex', 32)],
      ['small', drawn('low', 28)],
    ] as const) {
      const [half, rest] = [token.slice(0, token.length / 2), token.slice(token.length / 2)];
      const text = unescaped(place).replace('TOKEN', token).replace('HALF', half).replace('REST', rest);
      secrets.push({ kind: `${kind}, ${sort}`, text, secret: place.includes('HALF') ? [half, rest] : [token] });
    }
  }
  return secrets;
}

/** \n and \t of the tables; two backslashes are one. */
function unescaped(text: string): string {
  return text.replace(/\\([nt\\])/g, (_, letter: string) => ({ n: '\n', t: '\t', '\\': '\\' })[letter]!);
}

/** Whether a part of the secret, of six characters or more, is in a text; all of a shorter one. */
export function leaksInto(text: string, { secret }: MadeUpSecret): boolean {
  return secret.some((part) => {
    const length = Math.min(6, part.length);
    for (let at = 0; at + length <= part.length; at++) {
      const window = part.slice(at, at + length);
      if (/\w{3}/.test(window) && text.includes(window)) return true;
    }
    return false;
  });
}
