/** A text that gives something away. */
interface Telling {
  readonly what: string;
  readonly text: RegExp;
}

/** What tells how a system is made inside. Only what stands on no page that is meant for visitors. */
const ERRORS: readonly Telling[] = [
  {
    what: 'a stack trace of Node',
    text: /^\s+at (?:async )?(?:[\w.<>$[\] ]+ \()?(?:file:\/\/)?[\w./\\:@-]+:\d+:\d+\)?/m,
  },
  {
    what: 'a stack trace of Node',
    text: /(?:<br>|\\n)\s*(?:&nbsp;|\s)*at (?:[\w.<>$ ]+ \()?\/[\w./@-]+:\d+:\d+/,
  },
  { what: 'a stack trace of Java', text: /\bat [\w.$]+\([\w$]+\.(?:java|kt|scala):\d+\)/ },
  { what: 'a stack trace of Python', text: /Traceback \(most recent call last\)/ },
  { what: 'a stack trace of .NET', text: /\bat [\w.`<>]+\([^)]*\) in [^\n]+:line \d+/ },
  {
    what: 'a stack trace of PHP',
    text: /(?:Fatal error|Warning|Parse error|Notice)(?:<\/b>)?:.{0,500}? in (?:<b>)?\/?[\w./\\:-]+\.php(?:<\/b>)? on line/is,
  },
  { what: 'a stack trace of Ruby', text: /\b[\w./-]+\.rb:\d+:in [`']/ },
  { what: 'a stack trace of Go', text: /\bgoroutine \d+ \[\w+\]:/ },
  {
    what: 'an error of PostgreSQL',
    text: /syntax error at or near|invalid input syntax for (?:type )?\w+|unterminated quoted string at or near|relation "[^"]+" does not exist/,
  },
  { what: 'an error of MySQL', text: /You have an error in your SQL syntax|Unknown column '[^']+' in '/ },
  {
    what: 'an error of a database',
    text: /SQLSTATE\[\w+\]|\bORA-\d{5}\b|SQLITE_ERROR|sqlite3\.OperationalError|Unclosed quotation mark after the character string/,
  },
  { what: 'an error of Prisma', text: /Invalid `prisma\.|PrismaClient\w*Error/ },
  {
    what: 'the debug page of Django',
    text: /You're seeing this error because you have <code>DEBUG = True<\/code>/,
  },
  {
    what: 'the debug page of Flask',
    text: /Werkzeug Debugger|The debugger caught an exception in your WSGI application/,
  },
  {
    what: 'the debug page of Laravel',
    text: /Whoops, looks like something went wrong|window\.ignite\(|Illuminate\\\\?[\w\\]+Exception/,
  },
  { what: 'the debug page of Rails', text: /Action Controller: Exception caught|<title>[^<]*RoutingError/ },
  { what: 'the debug page of Symfony', text: /<!-- [\w\\]+Exception: .*-->|Symfony Exception/ },
  {
    what: 'the debug page of ASP.NET',
    text: /<title>[^<]*<\/title>[^]*?<h2>\s*<i>[^<]*<\/i>\s*<\/h2>[^]*Source Error|\[[A-Z]\w+Exception: [^\]]+\]/,
  },
];

const LISTINGS: readonly Telling[] = [
  {
    what: 'the list of a folder',
    text: /<title>\s*(?:Index of|Directory listing for|listing directory|Directory:) ?\//i,
  },
  { what: 'the list of a folder', text: /<h1>\s*(?:Index of|Directory listing for) ?\//i },
  { what: 'the list of a folder', text: /\[To Parent Directory\]/ },
  { what: 'the list of a bucket', text: /<ListBucketResult\b|<EnumerationResults\b/ },
];

/** Files that lie where they should not, and what their content has; a page that says that there is none has not. */
export const FILES: readonly { readonly path: string; readonly contains: RegExp }[] = [
  { path: '/.git/HEAD', contains: /^(?:ref: refs\/|[0-9a-f]{40}\s*$)/ },
  { path: '/.git/config', contains: /^\s*\[core\]/m },
  { path: '/.svn/wc.db', contains: /^SQLite format 3/ },
  { path: '/.env', contains: /^(?![\s\S]*<\w)(?:\s*#.*\n|\s*\n)*(?:export )?[A-Za-z_]\w*\s*=/ },
  { path: '/.env.production', contains: /^(?![\s\S]*<\w)(?:\s*#.*\n|\s*\n)*(?:export )?[A-Za-z_]\w*\s*=/ },
  { path: '/.npmrc', contains: /_auth(?:Token)?\s*=/ },
  { path: '/.aws/credentials', contains: /aws_access_key_id\s*=/i },
  { path: '/.htpasswd', contains: /^[^:\s<]+:(?:\$apr1\$|\$2[aby]\$|\{SHA\}|[\w./]{13}\s*$)/m },
  { path: '/.DS_Store', contains: /^.{0,4}Bud1/s },
  { path: '/id_rsa', contains: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { path: '/backup.sql', contains: /\b(?:CREATE TABLE|INSERT INTO)\b|^-- (?:MySQL|PostgreSQL|MariaDB) /m },
  { path: '/dump.sql', contains: /\b(?:CREATE TABLE|INSERT INTO)\b|^-- (?:MySQL|PostgreSQL|MariaDB) /m },
  { path: '/wp-config.php.bak', contains: /DB_PASSWORD/ },
  { path: '/web.config', contains: /<configuration[\s>]/ },
  { path: '/docker-compose.yml', contains: /^services:\s*$/m },
  { path: '/phpinfo.php', contains: /<title>[^<]*phpinfo\(\)|PHP Version \d/ },
  { path: '/server-status', contains: /Apache Server Status for/ },
  { path: '/actuator/env', contains: /"propertySources"\s*:/ },
  { path: '/actuator/heapdump', contains: /^JAVA PROFILE/ },
];

/** What an answer tells of the inside; undefined: nothing that is known. */
export function tellsOfErrors(text: string): string | undefined {
  return ERRORS.find((one) => one.text.test(text))?.what;
}

/** Whether an answer lists a folder. */
export function listsFolder(text: string): string | undefined {
  return LISTINGS.find((one) => one.text.test(text))?.what;
}
