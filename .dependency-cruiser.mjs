const TEST = '\\.test\\.tsx?$'
const PORTAL_BUILD = '^portal/vite\\.config\\.ts$'

/** The table "who may import whom" of docs/architecture.md, as rules. */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'access-is-pure',
      comment: 'The kernel decides from what it is given: no dependency, no input or output, no clock.',
      severity: 'error',
      from: { path: '^access/src', pathNot: TEST },
      to: { pathNot: '^access/src' },
    },
    {
      name: 'platform-knows-no-module',
      severity: 'error',
      from: { path: '^server/src/platform', pathNot: TEST },
      to: { path: '^server/src/(modules/|app\\.ts|main\\.js|cli/)' },
    },
    {
      name: 'modules-know-no-composition',
      severity: 'error',
      from: { path: '^server/src/modules', pathNot: TEST },
      to: { path: '^server/src/(app\\.ts|main\\.js|cli/)' },
    },
    {
      name: 'modules-meet-only-at-index',
      severity: 'error',
      from: { path: '^server/src/modules/([^/]+)/', pathNot: TEST },
      to: {
        path: '^server/src/modules/([^/]+)/',
        pathNot: ['^server/src/modules/$1/', '^server/src/modules/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'program-knows-no-tenant-records',
      comment:
        'What a partner earns or signs opens no tenant: the partner program reads none of its records (D2).',
      severity: 'error',
      from: { path: '^server/src/modules/(agreements|referrals|earnings|payouts|risk)/', pathNot: TEST },
      to: {
        path: '^server/src/modules/(accounts|billing|consents|delegations|elevations|links|orders|portfolio|reports|sla|support|tenants|usage)/',
      },
    },
    {
      name: 'only-platform-opens-connections',
      severity: 'error',
      from: { path: '^server/src', pathNot: ['^server/src/(platform|modules/oauth)/', TEST] },
      to: { path: 'node_modules/(pg|pg-pool|fastify|oidc-provider)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'server-knows-no-portal',
      severity: 'error',
      from: { path: '^server/src', pathNot: TEST },
      to: { path: '^(portal|sdk)/' },
    },
    {
      name: 'portal-knows-no-server',
      severity: 'error',
      from: { path: '^portal/', pathNot: [TEST, PORTAL_BUILD] },
      to: {
        pathNot: '^(portal|access/src|sdk/src|node_modules)/',
        dependencyTypesNot: ['npm'],
        couldNotResolve: false,
      },
    },
    {
      name: 'sdk-stands-alone',
      severity: 'error',
      from: { path: '^sdk/', pathNot: TEST },
      to: { pathNot: ['^sdk/', '^access/src', 'node_modules/(jose|openapi-fetch)/'] },
    },
    {
      name: 'sdk-takes-only-types-of-access',
      severity: 'error',
      from: { path: '^sdk/', pathNot: TEST },
      to: { path: '^access/src', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'guard-stands-alone',
      comment:
        'Whoever protects a resource server gets the guard and a library for signatures, nothing of ours.',
      severity: 'error',
      from: { path: '^guard/', pathNot: TEST },
      to: { pathNot: ['^guard/', 'node_modules/jose/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'tests-stay-outside',
      comment: 'The test harness and the tests are no part of the program.',
      severity: 'error',
      from: { path: '^(access|server|portal|sdk|guard)/src', pathNot: TEST },
      to: { path: ['^server/testing/', '^tests/', TEST] },
    },
    {
      name: 'dependencies-are-declared',
      comment: 'What runs in production is a dependency of the workspace that imports it.',
      severity: 'error',
      from: { path: '^(server|sdk|guard)/src', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(portal|sdk)/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
