import './oversight-words.ts'

export { GatewayPage } from './gateway-page.tsx'
export { GatewaysPage } from './gateways-page.tsx'
export { NewGatewayPage } from './new-gateway-page.tsx'
