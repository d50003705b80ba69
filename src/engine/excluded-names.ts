// What is never read, whatever the settings say: the insides of version control, installed packages, and every file that
// by its name may hold a secret; and what is left out because nobody wrote it. Names only: contents are not looked at.

/** Folders that are entered by nobody's text. */
const FOLDERS =
  /^(?:\.git|\.hg|\.svn|\.bzr|\.jj|_darcs|cvs|node_modules|bower_components|jspm_packages|__pycache__|secrets)$/i;

/** Folders of keys and credentials. */
const SECRET_FOLDERS = /^(?:\.ssh|\.aws|\.azure|\.gnupg|\.kube|\.gcloud|\.oci|\.password-store|\.secrets?|keychains)$/i;

const SETTINGS = String.raw`(?:json[5c]?|ya?ml|toml|ini|properties|conf|cfg|enc|plist)`;

const SECRET_FILES = new RegExp(
  String.raw`^(?:${[
    String.raw`\.env.*`, // .env, .env.local, .envrc
    String.raw`.*\.env`,
    // keys, certificates, key stores, password stores
    String.raw`.*\.(?:pem|key|p8|p12|pfx|crt|cer|der|csr|jks|jceks|bks|keystore|truststore|keytab|ppk|pgp|gpg|kdbx?|agekey|ovpn)`,
    String.raw`(?:.*[._-])?id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:[._-].*)?`,
    // access tokens of tools
    String.raw`\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|[._]netrc|\.git-credentials|\.htpasswd|\.pgpass|\.my\.cnf|\.dockercfg|\.boto|\.s3cfg`,
    String.raw`\.terraformrc|terraform\.rc|.*\.tfvars(?:\.json)?|.*\.tfstate(?:\..*)?|\.vault[-_](?:token|pass.*)|\.databrickscfg|\.snowsql|kubeconfig`,
    // shells write commands down, passwords and all
    String.raw`\.(?:bash|zsh|sh|python|node_repl|psql|mysql|sqlite|rediscli)_history`,
    // named for what they hold; settings and bare lists, not source code (credentials.ts) and not prose (secrets-of-the-sea.txt)
    String.raw`(?:.*[._-])?(?:credentials?|secrets?|passwords?)(?:[._-]\w+)?\.${SETTINGS}`,
    String.raw`\.?(?:credentials?|secrets?|passwords?|passwd)(?:\.(?:txt|csv|tsv|xml|bak|old))?`,
    String.raw`rootkey\.csv|.*_?accesskeys\.csv|.*_credentials\.csv`,
    String.raw`client[-_]?secrets?.*\.json|service[-_]?account.*\.json`,
  ].join('|')})$`,
  'i',
);

/** Files that a tool wrote out of others: lock files, minified code, source maps. */
const GENERATED_FILES = new RegExp(
  String.raw`^(?:${[
    String.raw`package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock`,
    String.raw`cargo\.lock|poetry\.lock|pipfile\.lock|uv\.lock|pdm\.lock|gemfile\.lock|composer\.lock|podfile\.lock|pubspec\.lock|mix\.lock|flake\.lock|go\.sum|packages\.lock\.json`,
    String.raw`.*[.-]min\.(?:js|css|mjs|cjs|html)`,
    String.raw`.*\.(?:js|mjs|cjs|css|ts|mts|cts)\.map`,
    String.raw`.*\.map\.json|.*\.tsbuildinfo|\.git`, // the last one in worktrees and submodules
  ].join('|')})$`,
  'i',
);

/** Whether a folder of this name is never entered. */
export function isExcludedFolder(name: string): boolean {
  return FOLDERS.test(name) || SECRET_FOLDERS.test(name);
}

/** Whether a file of this name in a folder of that name is never opened. */
export function isExcludedFile(name: string, folder: string): boolean {
  return (
    SECRET_FILES.test(name) ||
    GENERATED_FILES.test(name) ||
    (/^config\.json$/i.test(name) && /^\.docker$/i.test(folder))
  );
}

/** Whether an absolute path leads into a folder of secrets, or to a file of one: what a link or an opened folder may hide. */
export function isSecretPath(path: string): boolean {
  const parts = path.split(/[\\/]/);
  return (
    parts.some((part) => SECRET_FOLDERS.test(part)) ||
    SECRET_FILES.test(parts.at(-1)!) ||
    /[\\/]\.docker[\\/]config\.json$/i.test(path)
  );
}
