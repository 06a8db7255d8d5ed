import { testGateway } from './support/suite.ts'

await testGateway({
  name: 'haproxy',
  binary: 'haproxy',
  config: 'haproxy/haproxy.cfg',
  beside: ['haproxy/decision.lua'],
  command: ({ config }) => ['haproxy', '-f', config, '-db'],
  asksDecisionPoint: true,
})
