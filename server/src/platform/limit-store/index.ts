/** Limits that are exact whatever the number of processes, in PostgreSQL, in a Redis or in memory (embedded.md section 4). */
export { rememberRefusals, retryAfterSeconds } from './limit-store.ts'
export type { LimitAnswer, LimitAsked, LimitStore } from './limit-store.ts'
export { makeMemoryLimitStore } from './memory-limit-store.ts'
export { makePostgresLimitStore } from './postgres-limit-store.ts'
export { makeRedisLimitStore } from './redis-limit-store.ts'
