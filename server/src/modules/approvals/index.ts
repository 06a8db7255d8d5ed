/**
 * What takes two people of the provider: `second_person_request` holds what one asked for, and the database lets only
 * another one confirm it, within a term. Four things wait here: the end of a partner (C1), settings of agreements that
 * ask fewer people (D4), the policy of earnings (D6), and one person for a partner's identity checks (C8). A trigger
 * carries out what was confirmed, in the same transaction. Payouts and lifted freezes have a second person of their
 * own, in their tables. No other module is called.
 */

import './problems.ts'

export { askSecondPerson, readWaiting } from './ask.ts'
export { approvalRoutes } from './routes.ts'
export { RequestBody as SecondPersonBody } from './view.ts'
