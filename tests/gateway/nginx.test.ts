import { testGateway } from './support/suite.ts'

await testGateway({
  name: 'nginx',
  binary: 'nginx',
  config: 'nginx/nginx.conf',
  command: ({ config, folder }) => ['nginx', '-p', folder, '-c', config, '-g', 'daemon off; user root;'],
  asksDecisionPoint: true,
})
