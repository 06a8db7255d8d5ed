import { registerProblems } from '#platform/problem.ts'

const INGEST_PROBLEMS = {
  INGEST_SOURCE_MISMATCH: {
    status: 403,
    title: 'Key of another source',
    cause: 'The body names another source than the one that the key belongs to.',
    remedy: 'Send the source of the key, or use a key of that source.',
  },
  INGEST_KEY_NOT_FOUND: {
    status: 404,
    title: 'No such ingest key',
    cause: 'There is no ingest key with this id.',
    remedy: 'List the keys and take an id from there.',
  },
} as const

registerProblems(INGEST_PROBLEMS)
