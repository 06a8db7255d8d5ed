import { guardedBy } from '#platform/guarded.ts'

const ANSWERED = ['SECOND_PERSON_ANSWERED', 'It does not wait for an answer any more.'] as const

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const guarded = guardedBy({
  second_person_request_one_waiting: ['SECOND_PERSON_WAITING', 'This waits for a second person already.'],
  second_person_transition: ANSWERED,
  second_person_lapsed: ANSWERED,
  second_person_same: ['SECOND_PERSON_REFUSED', 'You asked for it; another admin answers.'],
  second_person_asker: ['SECOND_PERSON_REFUSED', 'Only whoever asked takes it back.'],
  second_person_asker_gone: [
    'SECOND_PERSON_OUTDATED',
    'Whoever asked is no admin any more, so only one person would want it: decline it, and ask again.',
  ],
  second_person_outdated: ['SECOND_PERSON_OUTDATED', 'What it is about was changed since.'],
})
