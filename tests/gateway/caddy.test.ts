import { testGateway } from './support/suite.ts'

await testGateway({
  name: 'caddy',
  binary: 'caddy',
  config: 'caddy/Caddyfile',
  command: ({ config }) => ['caddy', 'run', '--config', config, '--adapter', 'caddyfile'],
  asksDecisionPoint: true,
})
