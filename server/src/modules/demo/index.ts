/**
 * The demo world of a fresh embedded database: every persona and every capability of product.md with believable rows.
 * Whatever a module can make itself is made by that module's own code, so the demo keeps its rules: tokens by
 * `agencies`, sealed papers by `agreements`, logos of applications by `clients`, answers to them by `consents`, commissions by `earnings`,
 * credentials by `gateway`, secrets by `identity`, records by `ingest`, terms by `onboarding`, stories by
 * `orders`, promised times by `sla`, codes by `vouchers`, messages by `webhooks`. It has no table and never loads into a
 * database that holds a record.
 */

export { loadDemoIfEmpty } from './load.ts'
export { demoCode, readDemoRealmSignIns, readDemoSignIns } from './sign-ins.ts'
