// What is never read, whatever the settings say: the insides of version control, installed
// packages, and every file that by its name may hold a secret; and what is left out because nobody
// wrote it. Names only: contents are not looked at.

/**
 * Why a name is left out. Of version control nothing is said: it is no part of what is in a folder.
 */
export type NameRule = 'secret' | 'generated' | 'versionControl';

/** A repository's own; in worktrees and submodules `.git` is a file. */
const VERSION_CONTROL = /^\.(?:git|hg|svn|bzr|jj)$/i;

/** Folders of installed packages. */
const INSTALLED = /^(?:node_modules|bower_components|jspm_packages|__pycache__)$/i;

/** Version control's own, by names that people's folders may have: they are told. */
const TOLD = /^(?:CVS|_darcs)$/;

/** Folders of keys and credentials. */
const SECRET_FOLDERS = /^(?:\.ssh|\.aws|\.azure|\.gnupg|\.kube|\.gcloud|\.oci|\.password-store|\.secrets?|keychains)$/i;

const SETTINGS = String.raw`(?:json[5c]?|ya?ml|toml|ini|properties|conf|cfg|enc|plist)`;

const SECRET_FILES = new RegExp(
  String.raw`^(?:${[
    String.raw`\.env.*`, // .env, .env.local, .envrc
    String.raw`.*\.env`,
    // keys, certificates, key stores, password stores
    String.raw`.*\.(?:pem|key|p8|p12|pfx|pkcs12|crt|cer|der|csr|jks|jceks|bks|keystore|truststore|keytab|ppk|pgp|gpg|kdbx?|kwallet|agekey|ovpn|rdp|mobileprovision|psafe3|agilekeychain|opvault|1pif|cscfg|pubxml|publishsettings)`,
    String.raw`(?:.*[._-])?id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:[._-].*)?|(?:.*[._-])?(?:deploy|ssh|private|signing|host|master|encryption)[_-]?keys?(?:[._-](?:rsa|dsa|ecdsa|ed25519|txt|json|old|bak))*|ssh_host_.*_key|authorized_keys|known_hosts`,
    // sessions of browsers, with their cookies
    String.raw`.*\.har|.*\.saz|cookies?(?:\.(?:txt|json|sqlite))?|.*[._-]cookies\.txt|login-?data|logins\.json|key[34]\.db`,
    // access tokens of tools
    String.raw`\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|[._]netrc|\.?git-credentials|\.?htpasswd|\.?htdigest|\.?pgpass(?:\.conf)?|\.my\.cnf|\.mylogin\.cnf|\.dockercfg|\.dockerconfigjson|\.boto|\.s3cfg|\.?auth\.(?:json|toml|ya?ml)|\.?tokens?\.(?:json|txt|ya?ml|toml)|\.?api[-_]?keys?(?:\.(?:json|txt|ya?ml|toml|ini))?|\.esmtprc|\.msmtprc|\.fetchmailrc|\.?rclone\.conf|filezilla\.xml|sitemanager\.xml|recentservers\.xml|winscp\.ini|\.remote-sync\.json|sftp(?:-config)?\.json|\.ftpconfig|\.tugboat|\.gem[_/]credentials|settings-security\.xml|wp-config\.php|shadow|gshadow|master\.passwd|wpa_supplicant\.conf`,
    String.raw`\.terraformrc|terraform\.rc|.*\.tfvars(?:\.json)?|.*\.tfstate(?:\..*)?|\.?vault[-_](?:token|pass.*)|\.databrickscfg|\.snowsql|\.?kube-?config(?:\.ya?ml)?|adbkey|master\.key|.*\.sops\.(?:ya?ml|json)|sealed-?secrets?\.ya?ml`,
    // shells write commands down, passwords and all
    String.raw`\.?(?:bash|zsh|sh|ksh|fish|python|node_repl|psql|mysql|sqlite|rediscli|irb|pry|mongo|lesshst|scala)[_-]?(?:history|sh_history|repl_history)(?:[._-].*)?|consolehost_history\.txt|\.lesshst|\.histfile|\.viminfo`,
    // named for what they hold; settings and bare lists, not source code (credentials.ts) and not
    // prose (secrets-of-the-sea.txt)
    String.raw`(?:.*[._-])?(?:credentials?|secrets?|passwords?)(?:[._-]\w+)?\.${SETTINGS}`,
    String.raw`\.?(?:credentials?|secrets?|passwords?|passwd)(?:\.(?:txt|csv|tsv|xml|bak|old))?`,
    String.raw`rootkey\.csv|.*_?accesskeys\.csv|.*_credentials\.csv`,
    String.raw`client[-_]?secrets?.*\.json|service[-_]?account.*\.json|google-services\.json|googleservice-info\.plist|application_default_credentials\.json|firebase-adminsdk.*\.json|.*-firebase-adminsdk-.*\.json`,
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
    String.raw`.*\.map\.json|.*\.tsbuildinfo`,
  ].join('|')})$`,
  'i',
);

/** Why a folder of this name is never entered; null where it may be. */
export function folderRule(name: string): NameRule | null {
  if (VERSION_CONTROL.test(name)) return 'versionControl';
  if (INSTALLED.test(name) || TOLD.test(name)) return 'generated';
  return SECRET_FOLDERS.test(name) || /^secrets$/i.test(name) ? 'secret' : null;
}

/** Why a file of this name in a folder of that name is never opened; null where it may be. */
export function fileRule(name: string, folder: string): NameRule | null {
  if (SECRET_FILES.test(name) || (/^config\.json$/i.test(name) && /^\.docker$/i.test(folder))) return 'secret';
  if (GENERATED_FILES.test(name)) return 'generated';
  return name === '.git' ? 'versionControl' : null;
}

/**
 * Whether an absolute path leads into a folder of secrets, or to a file of one: what a link or an
 * opened folder may hide.
 */
export function isSecretPath(path: string): boolean {
  const parts = path.split(/[\\/]/);
  return (
    parts.some((part) => SECRET_FOLDERS.test(part)) ||
    SECRET_FILES.test(parts.at(-1)!) ||
    /[\\/]\.docker[\\/]config\.json$/i.test(path)
  );
}
