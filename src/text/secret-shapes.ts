// What the issuers of access tokens document of them, as data: the beginnings that nothing else
// has. What follows is random (random-runs.ts). Most are those of gitleaks' rules
// (https://github.com/gitleaks/gitleaks, MIT), which name their sources.

/** Beginnings of tokens, by issuer; what is short is left to the general rule. */
const BEGINNINGS = [
  'AKIA ASIA ABIA ACCA ABSK bedrock-api-key-', // AWS
  'ghp_ gho_ ghu_ ghs_ ghr_ github_pat_', // GitHub
  // GitLab
  'glpat- glptt- gldt- glrt- glcbt- gloas- glsoat- glffct- glft- glimt- glagent- GR1348941 _gitlab_session=',
  'xoxa- xoxb- xoxe- xoxe.xox xoxo- xoxp- xoxr- xoxs- xapp- hooks.slack.com/', // Slack
  'AIza ya29. GOCSPX-', // Google
  'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ pk_live_ pk_test_ whsec_', // Stripe
  // models
  'sk-proj- sk-svcacct- sk-admin- sk-ant- sk-or- sk-lf- pk-lf- sk- gsk_ xai- pplx- r8_ hf_ api_org_ tvly- lsv2_ nvapi- fw_ key-',
  // registries
  'npm_ pypi- rubygems_ CLOJARS_ oy2 dckr_pat_ dckr_oat_ dop_v1_ doo_v1_ dor_v1_ dp.pt. dp.st. dp.ct. dp.sa. dp.scim.',
  'SG. xkeysib- xsmtpsib- key- pubkey- mlsn. mailtrap_', // mail and telephone
  // shops
  'shpat_ shpca_ shppa_ shpss_ sq0atp- sq0csp- sq0idp- EAAA EAAC EAAM EZAK EZTK access-sandbox- access-production- shippo_live_ shippo_test_',
  'live_pub_ test_pub_ duffel_live_ duffel_test_ FLWSECK_TEST- FLWSECK- FLWPUBK_TEST- FLWPUBK-',
  // work
  'ATATT3 ATCTT3 ATBB BBDC- lin_api_ lin_oauth_ ntn_ figd_ figo_ fio-u- pat-na1- pat-eu1- tfp_ PMAK- rdme_ ops_eyJ A3- AGE-SECRET-KEY-1',
  // clouds
  'hvs. hvb. hvr. pscale_tkn_ pscale_oauth_ pscale_pw_ pul- pnu_ pnb_ sbp_ sbs_ sb_secret_ fo1_ fm1a_ fm1r_ fm2_ nfp_ rnd_ vcp_ v1.0- tk-us- dapi sha256~ AQVN LTAI LTA5 AKID',
  // observing and building
  'glsa_ glc_ NRAK- NRII- NRJS- NRRA- NRSP- sntrys_ sntryu_ sntryi_ dt0c01. dt0s01. ddp_ phc_ phx_ squ_ sqp_ sqa_ sgp_ snyk_ API- AKCp cmVmd CCIPAT_ CCIPRJ_ bkua_ travis_',
  'p8e- sm_aat_ sm_pat_ sm_sat_ dnkey- nostr nsec1 xprv tskey- tpk_ EAAG IGQV eyJ', // others
];

const escaped = BEGINNINGS.join(' ')
  .split(' ')
  .sort((a, b) => b.length - a.length)
  .map((beginning) => beginning.replace(/[.+/]/g, String.raw`\$&`));

/**
 * A beginning at the edge of a word, behind an escape of a line break too, and what may belong to
 * the token.
 */
export const SHAPE = new RegExp(
  String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))(?:${escaped.join('|')})[\w.+/=~%-]{10,}`,
  'g',
);
