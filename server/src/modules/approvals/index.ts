import './problems.ts'

export { askSecondPerson, readWaiting } from './ask.ts'
export { approvalRoutes } from './routes.ts'
export { RequestBody as SecondPersonBody } from './view.ts'
