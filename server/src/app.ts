import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyLoggerOptions, FastifyReply, FastifyRequest } from 'fastify'
import { makeAccountRoutes } from '#modules/accounts/index.ts'
import { makeAgreementRoutes } from '#modules/agreements/index.ts'
import { makeAgencyRoutes, mountLeakReportCheck } from '#modules/agencies/index.ts'
import type { LeakReportKeys } from '#modules/agencies/index.ts'
import { alertRoutes } from '#modules/alerts/index.ts'
import { makeApplicationRoutes } from '#modules/applications/index.ts'
import { approvalRoutes } from '#modules/approvals/index.ts'
import { makeAssistanceRoutes } from '#modules/assistance/index.ts'
import { makeAuditRoutes } from '#modules/audit/index.ts'
import { makeBillingRoutes } from '#modules/billing/index.ts'
import { makeClientRoutes } from '#modules/clients/index.ts'
import { makeConsentRoutes } from '#modules/consents/index.ts'
import { allFeatureRoutes, startFeatures } from '#modules/features/index.ts'
import { makeConfigurationRoutes } from '#modules/configuration/index.ts'
import { gatewayRoutes, makeResourceServers, mountGateway } from '#modules/gateway/index.ts'
import { exportRoutes } from '#modules/exports/index.ts'
import { onboardingRoutes } from '#modules/onboarding/index.ts'
import { sandboxRoutes } from '#modules/sandbox/index.ts'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import { makeDashboardRoutes, mountDashboard } from '#modules/dashboards/index.ts'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { embedPlaces, makeEmbed, makeEmbedRoutes, mountEmbed } from '#modules/embed/index.ts'
import type { Embed } from '#modules/embed/index.ts'
import { makeEarningRoutes } from '#modules/earnings/index.ts'
import { makeElevationRoutes } from '#modules/elevations/index.ts'
import { makeHomeRoutes } from '#modules/homes/index.ts'
import { makeIdentityRoutes } from '#modules/identity/index.ts'
import type { DemoSignIn } from '#modules/identity/index.ts'
import { makeHealthRoutes } from '#modules/health/index.ts'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { makeIdentityCheckRoutes, mountIdentityEvents } from '#modules/kyc/index.ts'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { makeOAuth, makeOAuthRoutes } from '#modules/oauth/index.ts'
import type { EventIssuer, OAuth, OAuthContext, OAuthPlaces } from '#modules/oauth/index.ts'
import { operationRoutes } from '#modules/operations/index.ts'
import { makePayoutRoutes, makeReceiverTester } from '#modules/payouts/index.ts'
import { makePartnerRoutes } from '#modules/partners/index.ts'
import { planModuleRoutes } from '#modules/plans/index.ts'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import type { RealmDemoSignIn } from '#modules/realms/index.ts'
import { privacyRoutes } from '#modules/privacy/index.ts'
import { riskRoutes } from '#modules/risk/index.ts'
import { makeDealRoutes } from '#modules/deals/index.ts'
import { leaderboardRoutes } from '#modules/leaderboard/index.ts'
import { makeReferralRoutes, mountReferralLinks } from '#modules/referrals/index.ts'
import { slaRoutes } from '#modules/sla/index.ts'
import { reportRoutes } from '#modules/reports/index.ts'
import { mountSignals, signalStreamRoutes } from '#modules/signals/index.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { tenantRoutes } from '#modules/tenants/index.ts'
import { makeTmForumRoutes } from '#modules/tmforum/index.ts'
import { serviceMeter, usageRoutes } from '#modules/usage/index.ts'
import { makeVoucherRoutes } from '#modules/vouchers/index.ts'
import { makeWebhookRoutes } from '#modules/webhooks/index.ts'
import { passwordHasherOf } from '#platform/credentials/password-hasher.ts'
import { readAllowedNets } from '#platform/outgoing/allowed-nets.ts'
import { NO_BREACHED_PASSWORDS } from '#platform/credentials/breached-passwords.ts'
import type { BreachedPasswords } from '#platform/credentials/breached-passwords.ts'
import { systemClock } from '#platform/clock.ts'
import { makeCertificateReader } from '#platform/credentials/client-certificate.ts'
import type { CertificateSource } from '#platform/credentials/client-certificate.ts'
import type { Clock } from '#platform/clock.ts'
import { makeCursorSigner } from '#platform/cursor.ts'
import { NO_TOKENS } from '#platform/credentials/access-token.ts'
import type { TokenVerifier } from '#platform/credentials/access-token.ts'
import type { Database } from '#platform/database.ts'
import type { Engine, Observer } from '#platform/execution/execute.ts'
import { Guard } from '#platform/execution/guard.ts'
import { watchStanding } from '#platform/health.ts'
import type { Health } from '#platform/health.ts'
import { buildHttp } from '#platform/http/http.ts'
import type { ProblemPage } from '#platform/http/http.ts'
import type { Mounted } from '#platform/http/mounted-routes.ts'
import { takePolicyReports } from '#platform/http/policy-reports.ts'
import { makePostgresLimitStore, rememberRefusals } from '#platform/limit-store/index.ts'
import type { LimitStore } from '#platform/limit-store/index.ts'
import { makeLimiter } from '#platform/limits/limits.ts'
import { OpenDoor } from '#platform/limits/open-door.ts'
import type { HelpContact } from '#platform/help-contact.ts'
import { pageAssetRoutes, problemPage } from '#platform/pages/index.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { makeRealmTokens } from '#platform/credentials/realm-token.ts'
import { makePdfSealer } from '#platform/sealed-pdf.ts'
import type { SealCertificate } from '#platform/sealed-pdf.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import type { KeyRing, Vault } from '#platform/credentials/vault.ts'
import { makeFrontPages } from './front-pages.ts'
import { makeReferenceRoutes } from './reference/index.ts'

/** What the composition adds to the modules' own routes. */
export interface RouteOptions {
  /** The sign-ins that a demo installation shows. */
  readonly demoSignIns: () => readonly DemoSignIn[]
  /** Those of the demo installation's white-label partner. */
  readonly realmDemoSignIns?: () => readonly RealmDemoSignIn[]
}

/** What those read and decide who answer for the service: risk, second persons, privacy, how it stands. */
function makeOversightRoutes(services: Services): readonly Route[] {
  return [...riskRoutes, ...approvalRoutes, ...privacyRoutes, ...makeHealthRoutes(services)]
}

/** Access besides links and apps: for a while, of a partner or the provider's support, and of the partner that a tenant is itself. */
function makeOtherAccessRoutes(services: Services): readonly Route[] {
  return [...makeElevationRoutes(services), ...makeAssistanceRoutes(services), ...makeHomeRoutes(services)]
}

/** Prospects that partners registered, how partners rank by whom they brought, and what they see of that elsewhere. */
function makeProspectRoutes(services: Services): readonly Route[] {
  return [...makeDealRoutes(services), ...leaderboardRoutes, ...makeDashboardRoutes(services)]
}

/** Every route of the product. This file is the only one that knows every module. */
export function allRoutes(services: Services, options: RouteOptions): readonly Route[] {
  const routes: readonly Route[] = [
    ...pageAssetRoutes,
    ...makeFrontPages(services),
    ...makeIdentityRoutes(services, options),
    ...makePartnerRoutes(services),
    ...makeAgreementRoutes(services),
    ...makeApplicationRoutes(services),
    ...makeDelegationRoutes(() => routes),
    ...makeLinkRoutes(services, () => routes),
    ...makeOtherAccessRoutes(services),
    ...tenantRoutes,
    ...portfolioRoutes,
    ...operationRoutes,
    ...makeBillingRoutes(services),
    ...makeSupportRoutes(services),
    ...slaRoutes,
    ...reportRoutes,
    ...makeAuditRoutes(services),
    ...exportRoutes,
    ...makeOAuthRoutes(services),
    ...onboardingRoutes,
    ...sandboxRoutes,
    ...makeClientRoutes(services),
    ...makeConsentRoutes(services),
    ...makeOrderRoutes(services),
    ...makeTmForumRoutes(services),
    ...gatewayRoutes,
    ...signalStreamRoutes,
    ...makeWebhookRoutes(services),
    ...ingestRoutes,
    ...makeEarningRoutes(services),
    ...alertRoutes,
    ...makeAccountRoutes(services),
    ...makeRealmRoutes(services, options),
    ...planModuleRoutes,
    ...makeIdentityCheckRoutes(services),
    ...allFeatureRoutes,
    ...makeConfigurationRoutes(services),
    ...usageRoutes,
    ...makePayoutRoutes(services),
    ...makeEmbedRoutes(services),
    ...makeReferralRoutes(services),
    ...makeProspectRoutes(services),
    ...makeVoucherRoutes(services),
    ...makeAgencyRoutes(services, { places: () => embedPlaces(services.embedOrigin()) }),
    ...makeOversightRoutes(services),
  ]
  return [...routes, ...makeReferenceRoutes(routes)]
}

export interface AppOptions {
  readonly database: Database
  readonly secretKey: string
  /** The data keys that were made since; without it what is derived from the secret key serves alone. */
  readonly keyRing?: KeyRing
  readonly publicOrigin: () => string
  /** The origin of embedded forms; the public origin without this. */
  readonly embedOrigin?: () => string
  /** Keys that reports of leaked credentials are signed with; without them signatures are not looked at. */
  readonly leakReportKeys?: LeakReportKeys
  /** Counts the limits of embedded forms; PostgreSQL without this. */
  readonly limitStore?: LimitStore
  /** Networks that webhooks are delivered to besides the Internet. */
  readonly webhookNets?: readonly string[]
  /** A forward proxy that messages to receivers go through. */
  readonly webhookProxy?: string
  readonly isDemo?: boolean
  readonly keepsMail?: boolean
  readonly help?: HelpContact
  readonly passwordHashConcurrency?: number
  /** What readiness is told from besides the database; without it from that alone. */
  readonly health?: Omit<Health, 'database'>
  /** Knows stolen passwords; nobody is asked without it. */
  readonly breachedPasswords?: BreachedPasswords
  /** With what files are sealed; without it with a key of the installation's own. */
  readonly pdfSeal?: SealCertificate
  readonly requestDeadlineMs?: number
  readonly maxInFlight?: number
  readonly trustedProxies?: readonly string[]
  /** Where client certificates come from; none are taken without it. */
  readonly clientCertificates?: CertificateSource
  /** Whether API clients may ask customers without a browser; not without it. */
  readonly asksWithoutBrowser?: boolean
  readonly logger?: FastifyLoggerOptions | false
  readonly clock?: Clock
  /** Verifies the access tokens of API clients. */
  readonly tokens?: TokenVerifier
  /** Makes the authorization server; without it none is mounted, and no gateway is answered. */
  readonly oauth?: (context: OAuthContext) => OAuth
  /** Where the authorization server and the API stand, when they are not both at the public origin. */
  readonly places?: OAuthPlaces
  /** Multiplies every rate limit; tests that are not about limits raise it. */
  readonly limitScale?: number
  readonly problemPage?: ProblemPage
  readonly observer?: Observer
  readonly onAnswered?: (request: FastifyRequest, reply: FastifyReply) => void
  readonly onRefused?: (request: IncomingMessage) => void
  readonly onUnread?: (status: number) => void
}

const NOBODY: Observer = {
  decided: () => undefined,
  limited: () => undefined,
  opened: () => undefined,
  crossed: () => undefined,
  auditFailed: () => undefined,
  signalled: () => undefined,
  formAnswered: () => undefined,
  stopped: () => undefined,
}

export interface App {
  readonly http: FastifyInstance
  readonly engine: Engine
  readonly services: Services
  readonly routes: readonly Route[]
  /** Everything that is mounted, these routes and all others. */
  readonly mounted: readonly Mounted[]
  /** Signs what is sent to receivers of signals; without an authorization server there is none. */
  readonly events: EventIssuer | undefined
  close(): Promise<void>
}

const NOTHING_WRONG = {
  sealerLag: () => ({ stalledSeconds: 0 }),
  isStopping: () => false,
  hasSchema: () => Promise.resolve(true),
}

/** Tries the address of the finance system by the way that batches go. */
const makePayoutTest = (
  { database, isDemo = false, webhookNets = [], webhookProxy }: AppOptions,
  vault: Vault,
) =>
  makeReceiverTester({
    database,
    vault,
    allowsLoopback: isDemo,
    allowedNets: readAllowedNets(webhookNets),
    ...(webhookProxy !== undefined && { proxy: webhookProxy }),
  })

function makeServices(options: AppOptions): Services {
  const vault = makeVault(options.secretKey, options.keyRing)
  return {
    vault,
    pdfSealer: makePdfSealer(vault, options.pdfSeal),
    cursors: makeCursorSigner(() => vault.signingKeys('cursor')),
    publicOrigin: options.publicOrigin,
    authOrigin: options.places?.authOrigin ?? options.publicOrigin,
    embedOrigin: options.embedOrigin ?? options.publicOrigin,
    webhookNets: options.webhookNets ?? [],
    isDemo: options.isDemo ?? false,
    keepsMail: options.keepsMail ?? true,
    help: options.help ?? {},
    passwordHashConcurrency: options.passwordHashConcurrency ?? 1,
    breachedPasswords: options.breachedPasswords ?? NO_BREACHED_PASSWORDS,
    standing: watchStanding(
      { ...(options.health ?? NOTHING_WRONG), database: options.database },
      options.clock ?? systemClock,
    ),
    testPayoutReceiver: makePayoutTest(options, vault),
  }
}

function makeEngine(
  options: AppOptions,
  services: Services,
): { engine: Engine; guard: Guard; oauth: OAuth | undefined; embed: Embed; door: OpenDoor } {
  const { database } = options
  const guard = new Guard(database)
  const limiter = makeLimiter(database, options.limitScale)
  const clock = options.clock ?? systemClock
  const door = new OpenDoor(options.limitScale)
  const oauth = options.oauth?.({ database, services, limiter, clock, door })
  const embed = makeEmbed({
    database,
    vault: services.vault,
    limits: rememberRefusals(options.limitStore ?? makePostgresLimitStore(database)),
    embedOrigin: services.embedOrigin,
    publicOrigin: services.publicOrigin,
    hasher: passwordHasherOf(services),
    onAnswered: (...said) => (options.observer ?? NOBODY).formAnswered(...said),
    ...(options.limitScale !== undefined && { scale: options.limitScale }),
  })
  const engine: Engine = {
    database,
    limiter,
    guard,
    tokens: options.tokens ?? oauth?.tokens ?? NO_TOKENS,
    realmTokens: makeRealmTokens(services.vault, services.publicOrigin),
    meter: serviceMeter,
    clock,
    requestDeadlineMs: options.requestDeadlineMs ?? 5000,
    observer: options.observer ?? NOBODY,
    agencyDoor: embed.door,
  }
  return { engine, guard, oauth, embed, door }
}

/** Mounts what stands in frames on other sites: forms of agencies, and the figures of partners. */
function mountFrames(http: FastifyInstance, parts: Parameters<typeof mountEmbed>[1]): void {
  mountEmbed(http, parts)
  mountDashboard(http, parts)
}

/** Builds the server around the given routes; it does not listen yet. */
export async function buildAppWith(
  options: AppOptions,
  makeRoutes: (services: Services) => readonly Route[],
): Promise<App> {
  const services = makeServices(options)
  const { engine, guard, oauth, embed, door } = makeEngine(options, services)
  const features = await startFeatures(options.database, (error) => report(error))
  const routes = makeRoutes(services)
  const { http, mounted } = await buildHttp({
    engine,
    routes,
    publicOrigin: options.publicOrigin,
    trustedProxies: options.trustedProxies ?? [],
    maxInFlight: options.maxInFlight ?? 64,
    door,
    logger: options.logger ?? false,
    problemPage: options.problemPage ?? problemPage,
    ...(options.onAnswered && { onAnswered: options.onAnswered }),
    ...(options.onRefused && { onRefused: options.onRefused }),
    ...(options.onUnread && { onUnread: options.onUnread }),
  })
  function report(error: Error): void {
    http.log.error({ err: error, where: 'features' }, 'the features that were known stay in use')
  }
  await takePolicyReports(http, (directive) => (options.observer ?? NOBODY).stopped(directive))
  mountIdentityEvents(http, { engine, services })
  mountFrames(http, { engine, services, embed })
  if (options.leakReportKeys) mountLeakReportCheck(http, options.leakReportKeys)
  mountReferralLinks(http, { engine, services })
  if (oauth) {
    await oauth.mount(http)
    mountGateway(http, { engine, services, guard: oauth.guard })
    const gateways = makeResourceServers(options.database)
    mountSignals(http, { engine, services, issuer: oauth.events, gateways })
  }
  return {
    http,
    engine,
    services,
    routes,
    mounted,
    events: oauth?.events,
    async close() {
      await http.close()
      await features.stop()
      await guard.close()
      await embed.door.close()
    },
  }
}

/** Builds the server with every route of the product. */
export function buildApp(options: AppOptions, routes: RouteOptions): Promise<App> {
  const oauth = (context: OAuthContext) =>
    makeOAuth(context, {
      apis: makeResourceServers(context.database),
      ...(options.places && { places: options.places }),
      ...(options.clientCertificates && {
        certificates: makeCertificateReader(options.clientCertificates),
      }),
      ...(options.asksWithoutBrowser !== undefined && { asksWithoutBrowser: options.asksWithoutBrowser }),
    })
  return buildAppWith({ oauth, ...options }, (services) => allRoutes(services, routes))
}
