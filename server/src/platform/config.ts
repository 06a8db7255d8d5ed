import { isCidr } from '@liaison/access'
import { z } from 'zod'
import type { CertificateSource } from './credentials/client-certificate.ts'
import { databaseAddress, parseDatabaseUrl, parsePoolerUrl } from './config/database-url.ts'
import { findProxyFault, listenAddress, mailSender, readableFile, serviceAddress } from './config/forms.ts'
import { browserOrigin, tlsOrigin } from './config/origin.ts'
import { parseEnvironment } from './config/secret-files.ts'
import { Secrets } from './config/secrets.ts'
import { ConfigError, readCertificateSource, readPooler, refuseOpenOutbox } from './config/together.ts'
import { listUnknown } from './config/unknown.ts'
import type { Pooler } from './database.ts'
import { readHelp, Telephone } from './help-contact.ts'
import type { HelpContact } from './help-contact.ts'
import { findNetFault } from './networks.ts'

export { ConfigError } from './config/together.ts'

/** How a variable reads in the generated reference; `secret` keeps its value out of every log. */
interface Documented {
  readonly description: string
  readonly secret?: boolean
  readonly unit?: string
}

const documentation = z.registry<Documented>()

function documented<S extends z.ZodType>(schema: S, about: Documented): S {
  documentation.add(schema, about)
  return schema
}

const integer = (fallback: number, minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .default(fallback)
const flag = (fallback: boolean) =>
  z
    .enum(['0', '1'])
    .transform((text) => text === '1')
    .default(fallback)
const optional = () => z.string().min(1).optional()
const commaSeparated = (findFault: (part: string) => string | null) =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .superRefine((parts, context) => {
      for (const message of parts.flatMap((part) => findFault(part) ?? []))
        context.addIssue({ code: 'custom', message })
    })

const Environment = z.object({
  PORT: documented(integer(3000, 0, 65_535), {
    description: 'The port that the pages and the API listen on; 0 takes a free one.',
  }),
  HOST: documented(listenAddress().default('localhost'), {
    description: 'The address to listen on. Set `0.0.0.0` behind a proxy on another machine.',
  }),
  PUBLIC_ORIGIN: documented(browserOrigin(), {
    description:
      'The origin that browsers see, for example `https://partners.example`; over http only of this machine. Required with DATABASE_URL where pages and the API are served; otherwise `http://localhost:PORT`.',
  }),
  EMBED_ORIGIN: documented(browserOrigin(), {
    description:
      'The origin that embedded forms are served from, for example `https://forms.example`: another host than PUBLIC_ORIGIN, without cookies and without the portal. Default: `http://embed.localhost:PORT`, or PUBLIC_ORIGIN where that is set.',
  }),
  REDIS_URL: documented(serviceAddress(/^rediss?$/), {
    description:
      'A Redis that counts the limits of embedded forms, for example `redis://limits:6379`. Without it PostgreSQL counts them.',
    secret: true,
  }),
  LIMIT_INSTANCES: documented(integer(1, 1, 1000), {
    description:
      'How many processes of the server there are: what each admits by itself while the Redis is away is its share.',
    unit: 'processes',
  }),
  METRICS_PORT: documented(integer(9464, 0, 65_535), {
    description:
      'The private port of `/metrics`, on loopback unless METRICS_HOST says otherwise; 0 takes a free one.',
  }),
  METRICS_HOST: documented(listenAddress().default('127.0.0.1'), {
    description: 'The address of the private port.',
  }),
  DATABASE_URL: documented(databaseAddress(parseDatabaseUrl), {
    description:
      'A PostgreSQL 18 or later, as a login that owns the database and may create roles: used at the start and by the commands of the operator. Requests are served by other logins, which it makes. On another machine it is reached by TLS with a verified certificate (`sslrootcert=FILE` names the authority), unless it says `sslmode=disable`. Without it an embedded PostgreSQL is started.',
    secret: true,
  }),
  DATABASE_POOLER_URL: documented(databaseAddress(parsePoolerUrl), {
    description:
      'A pooler in transaction mode before that PostgreSQL, for example `postgresql://pooler:6432/liaison`, without a login: the logins of the server come through it, and go round it to DATABASE_URL for what outlasts a transaction. TLS as for DATABASE_URL.',
  }),
  DATABASE_POOLER_FOLLOWS_STATEMENTS: documented(flag(false), {
    description:
      'Whether that pooler follows prepared statements from session to session, as PgBouncer 1.21 and later does with `max_prepared_statements`. Without that each statement is planned anew.',
  }),
  DATABASE_ROLE_SECRET: documented(z.string().min(32).optional(), {
    description:
      'The secret that the passwords of the database logins are derived from. Required with DATABASE_URL.',
    secret: true,
  }),
  LIAISON_SECRET_KEY: documented(z.string().min(32).optional(), {
    description:
      'The key that recoverable secrets (second-factor seeds, audit signing key) are encrypted with. Required with DATABASE_URL.',
    secret: true,
  }),
  AUTH_ORIGIN: documented(browserOrigin(), {
    description:
      'The origin of the authorization server when it has a host of its own; otherwise PUBLIC_ORIGIN. Its issuer is this with `/oauth`. People sign in there, too: choose a host below that of PUBLIC_ORIGIN, such as auth.partners.example, since browsers show passkeys on no other one.',
  }),
  API_RESOURCE: documented(z.url({ protocol: /^https?$/ }).optional(), {
    description:
      'The identifier of the API: the audience of access tokens (RFC 8707). Default: PUBLIC_ORIGIN with `/api`.',
  }),
  LIAISON_DATA_DIR: documented(z.string().default('.data'), {
    description:
      'Where the embedded database, its secrets and the audit checkpoints are kept: made at the start where it is not there, and written to.',
  }),
  LIAISON_DEMO: documented(flag(true), {
    description:
      'Whether an empty embedded database is filled with the demo world, and its sign-ins shown on the sign-in page.',
  }),
  POOL_SIZE: documented(integer(8, 1, 100), {
    description: 'Connections per plane and process.',
    unit: 'connections',
  }),
  POOL_WAIT_MS: documented(integer(1000, 100, 60_000), {
    description: 'How long a request waits for a connection to the database before it is answered with 503.',
    unit: 'milliseconds',
  }),
  MAX_IN_FLIGHT: documented(integer(64, 1, 10_000), {
    description:
      'Requests worked on at the same time, at most; further ones are refused with 503. Fewer are taken while even the quickest waits longer than 100 ms.',
    unit: 'requests',
  }),
  REQUEST_DEADLINE_MS: documented(integer(5000, 100, 60_000), {
    description: 'How long a request may take before it is answered with 503.',
    unit: 'milliseconds',
  }),
  STOP_DELAY_MS: documented(integer(0, 0, 20_000), {
    description:
      'How long a process that was told to stop still serves after its readiness turned false. Behind a balancer: twice the interval in which that asks.',
    unit: 'milliseconds',
  }),
  PASSWORD_HASH_CONCURRENCY: documented(integer(1, 1, 64), {
    description:
      'Password hashes computed at the same time (the bulkhead of reliability R6), each on a thread of its own that gives way to requests. Each takes a core for some 40 ms: no more than half of them, or many of them together still slow requests down.',
    unit: 'hashes',
  }),
  TRUSTED_PROXIES: documented(commaSeparated(findProxyFault), {
    description: 'Comma-separated addresses or CIDR ranges whose X-Forwarded-For is believed. Empty: none.',
  }),
  MTLS_CERTIFICATE_HEADER: documented(
    z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of one header field')
      .optional(),
    {
      description:
        'The header field in which your proxy, which ends mutual TLS, says which certificate a client showed, for example `Client-Cert` (RFC 9440, base64, or percent-encoded PEM). Without it no token is bound to a certificate. Required with MTLS_PROXIES.',
    },
  ),
  MTLS_PROXIES: documented(
    commaSeparated((range) =>
      isCidr(range) ? null : `${range} must be an address or a network such as 10.20.0.0/16`,
    ),
    {
      description:
        'Comma-separated addresses or CIDR ranges of the proxies whose MTLS_CERTIFICATE_HEADER is believed: the very peer of a connection. They must set the field in every request, empty if need be. Empty: none.',
    },
  ),
  MTLS_ORIGIN: documented(tlsOrigin(), {
    description:
      'The origin at which your proxy asks for client certificates, when that is another one than AUTH_ORIGIN, for example `https://mtls.partners.example`. The metadata names it (`mtls_endpoint_aliases`).',
  }),
  ASK_WITHOUT_BROWSER: documented(flag(false), {
    description:
      'Whether API clients that are set so may ask a customer to approve something without a browser (OpenID Connect Client-Initiated Backchannel Authentication). The metadata names the endpoint only then.',
  }),
  WEBHOOK_ALLOWED_NETS: documented(commaSeparated(findNetFault), {
    description:
      "Comma-separated CIDR ranges of your own network that webhooks may be delivered to besides the Internet, for partners' systems on your premises. What is answered from there is not kept. Empty: none.",
  }),
  LEAK_REPORT_KEYS: documented(readableFile(), {
    description:
      'A file with the public keys of a scanner of secrets, as GitHub publishes them (`public_keys`, each with `key_identifier` and `key`). With it a report to `/api/v1/leak-reports` that claims a signature does nothing unless that is right.',
  }),
  WEBHOOK_PROXY: documented(serviceAddress(/^https?$/), {
    description:
      'A forward proxy that every webhook goes through, for example `http://egress:4750`. It resolves names then, and must refuse private addresses itself.',
    secret: true,
  }),
  BREACHED_PASSWORDS_URL: documented(z.url({ protocol: /^https?$/ }).optional(), {
    description:
      'A service that knows stolen passwords, asked when one is set, by the first five digits of its SHA-1 digest as the protocol of Pwned Passwords says; they are added to the address, for example `https://api.pwnedpasswords.com/range/`. It is reached like webhooks are, through `WEBHOOK_PROXY` where one is set. Without it nobody is asked; without an answer within 1.5 seconds the password is taken.',
  }),
  LOG_LEVEL: documented(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    { description: 'The least severe level that is logged.' },
  ),
  SMTP_URL: documented(serviceAddress(/^smtps?$/), {
    description:
      'Where mails are handed over, for example `smtps://user:secret@mail.example`. Always over TLS; `?ignoreTLS=true` at its end takes a relay that has none. Required with DATABASE_URL where pages and the API are served; without it mails are sent to nobody.',
    secret: true,
  }),
  OUTBOX_OPEN_TO_ANYBODY: documented(flag(false), {
    description:
      'For development with DATABASE_URL: no mail is sent, and whoever reaches the server reads all of them at `/dev/outbox`, links that set passwords included. SMTP_URL and PUBLIC_ORIGIN may be missing then; refused beside SMTP_URL and beside a PUBLIC_ORIGIN that is not of this machine. An embedded database shows them without it, at an origin of this machine alone.',
  }),
  HELP_EMAIL: documented(z.email().optional(), {
    description:
      'The address at which you help people, for example `help@provider.example`; shown on `/help`.',
  }),
  HELP_PHONE: documented(Telephone.optional(), {
    description:
      'The telephone number at which you help people, for example `+353 1 555 0100`; shown on `/help`, where customers allow access, and in the receipts of what applications may do.',
  }),
  MAIL_FROM: documented(mailSender().default('Liaison <liaison@localhost>'), {
    description: 'The sender of mails.',
  }),
  PDF_SEAL_P12: documented(readableFile(), {
    description:
      'A PKCS#12 file with the certificate and key that agreements and statements are sealed with. Without it a key of the installation is used, and the files say "development seal".',
  }),
  PDF_SEAL_PASSPHRASE: documented(optional(), {
    description: 'The passphrase of PDF_SEAL_P12.',
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: documented(z.url().optional(), {
    description: 'Where traces are sent (OpenTelemetry over HTTP). Without it none are made.',
  }),
  // At most the 400 days of access.md section 6.
  PERSONAL_DATA_DAYS: documented(integer(90, 1, 400), {
    description:
      'How long network addresses and browsers stay in the audit log, and sign-ins that are over and mails in the database; 400 at most. The events themselves stay.',
    unit: 'days',
  }),
  SIGNING_KEY_DAYS: documented(integer(90, 0, 3650), {
    description: 'After how many days another key signs access tokens, by itself. 0: only by command.',
    unit: 'days',
  }),
  AUDIT_LOG_ORIGIN: documented(
    z
      .string()
      .regex(/^[a-z0-9.-]+(\/[a-z0-9./-]+)?$/)
      .default('liaison.localhost/audit'),
    {
      description:
        "The name of this installation's audit log in its signed checkpoints, for example `partners.example/audit`. It is chosen once: the first start keeps it, and later ones with another name are refused.",
    },
  ),
})

type Values = z.output<typeof Environment>

/** What may stand in a file, too. */
const SECRET_NAMES = Object.entries(Environment.shape).flatMap(([name, schema]) =>
  documentation.get(schema)?.secret === true ? [name] : [],
)

/** The configuration of one process, parsed once and frozen. Secrets are kept apart and refuse to be logged. */
export interface Config {
  readonly port: number
  readonly host: string
  readonly publicOrigin: string | undefined
  readonly embedOrigin: string | undefined
  readonly limitInstances: number
  readonly authOrigin: string | undefined
  readonly apiResource: string | undefined
  readonly metricsPort: number
  readonly metricsHost: string
  readonly dataDir: string
  readonly isDemo: boolean
  readonly poolSize: number
  readonly poolWaitMs: number
  readonly maxInFlight: number
  readonly requestDeadlineMs: number
  readonly stopDelayMs: number
  readonly passwordHashConcurrency: number
  readonly trustedProxies: readonly string[]
  /** Where client certificates come from; undefined when none are taken. */
  readonly clientCertificates: CertificateSource | undefined
  readonly mtlsOrigin: string | undefined
  /** Whether API clients may ask customers without a browser. */
  readonly asksWithoutBrowser: boolean
  /** Networks that webhooks are delivered to besides the Internet. */
  readonly webhookNets: readonly string[]
  /** Where the keys are that reports of leaked credentials are signed with. */
  readonly breachedPasswordsUrl: string | undefined
  readonly leakReportKeyFile: string | undefined
  readonly logLevel: Values['LOG_LEVEL']
  readonly mailFrom: string
  /** Whether the operator shows mails to whoever asks, for development. */
  readonly isOutboxOpen: boolean
  /** Where people find help from the provider; shown where it is known. */
  readonly help: HelpContact
  /** Where the PKCS#12 file is that files are sealed with. */
  readonly pdfSealFile: string | undefined
  readonly traceEndpoint: string | undefined
  readonly auditOrigin: string
  /** A pooler before the operator's PostgreSQL; undefined where there is none. */
  readonly databasePooler: Pooler | undefined
  /** For how long network addresses, browsers, ended sign-ins and mails are kept. */
  readonly personalDataDays: number
  readonly signingKeyDays: number
  readonly secrets: Secrets
}

/** Reads the configuration. Throws one ConfigError that names every faulty variable at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const values = parseEnvironment(Environment, environment, SECRET_NAMES)
  if (values.DATABASE_URL && !(values.DATABASE_ROLE_SECRET && values.LIAISON_SECRET_KEY)) {
    throw new ConfigError('DATABASE_ROLE_SECRET and LIAISON_SECRET_KEY are required with DATABASE_URL')
  }
  const isDemo = values.LIAISON_DEMO && !values.DATABASE_URL
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    publicOrigin: values.PUBLIC_ORIGIN,
    embedOrigin: values.EMBED_ORIGIN,
    limitInstances: values.LIMIT_INSTANCES,
    authOrigin: values.AUTH_ORIGIN,
    apiResource: values.API_RESOURCE,
    metricsPort: values.METRICS_PORT,
    metricsHost: values.METRICS_HOST,
    dataDir: values.LIAISON_DATA_DIR,
    isDemo,
    poolSize: values.POOL_SIZE,
    poolWaitMs: values.POOL_WAIT_MS,
    maxInFlight: values.MAX_IN_FLIGHT,
    requestDeadlineMs: values.REQUEST_DEADLINE_MS,
    stopDelayMs: values.STOP_DELAY_MS,
    passwordHashConcurrency: values.PASSWORD_HASH_CONCURRENCY,
    trustedProxies: values.TRUSTED_PROXIES,
    clientCertificates: readCertificateSource(values),
    mtlsOrigin: values.MTLS_ORIGIN,
    asksWithoutBrowser: values.ASK_WITHOUT_BROWSER,
    webhookNets: values.WEBHOOK_ALLOWED_NETS,
    breachedPasswordsUrl: values.BREACHED_PASSWORDS_URL,
    leakReportKeyFile: values.LEAK_REPORT_KEYS,
    logLevel: values.LOG_LEVEL,
    mailFrom: values.MAIL_FROM,
    isOutboxOpen: refuseOpenOutbox(values),
    help: readHelp(values, isDemo),
    pdfSealFile: values.PDF_SEAL_P12,
    traceEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    auditOrigin: values.AUDIT_LOG_ORIGIN,
    databasePooler: readPooler(values),
    personalDataDays: values.PERSONAL_DATA_DAYS,
    signingKeyDays: values.SIGNING_KEY_DAYS,
    secrets: new Secrets(values),
  })
}

/** A sentence for each variable that is none of ours but looks like one: a mistyped one is otherwise passed over in silence. */
export const warnOfUnknown = (environment = process.env): readonly string[] =>
  listUnknown(environment, [...Object.keys(Environment.shape), ...SECRET_NAMES.map((name) => `${name}_FILE`)])

/** One line of the generated reference of variables. */
export interface VariableReference extends Documented {
  readonly name: string
  readonly fallback: string
}

/** Every variable with its description and default, for docs/configuration.md and .env.example. */
export function listVariables(): VariableReference[] {
  const defaults = readConfigDefaults()
  return Object.entries(Environment.shape).map(([name, schema]) => {
    const about = documentation.get(schema)
    if (!about) throw new Error(`${name} is not documented`)
    return { name, fallback: defaults[name] ?? '', ...about }
  })
}

function readConfigDefaults(): Record<string, string> {
  const parsed = Environment.parse({})
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? (value ? '1' : '0') : String(value),
    ]),
  )
}
