/**
 * Work on many links at once (B14): a `bulk_operation` is ordered by a person, and a job takes its `bulk_item` rows one
 * by one, each in a transaction of its own and decided anew as that person, so that somebody who lost access in between
 * gets refusals and not results. The outcome is written with the work, hence nothing is done twice. What is done to a
 * link is the code of `links`.
 */

import './problems.ts'

export { operationRoutes } from './routes.ts'
export { OPERATION_TOPIC } from './store.ts'
export { runOperations } from './work.ts'
