import { describe, expect, test } from 'vitest'
import { guardedBy } from './guarded.ts'
import { ProblemError } from './problem.ts'

const guarded = guardedBy({
  thing_transition: ['THING_STATE_CONFLICT', 'The thing is in a state from which this is not done.'],
  thing_owner: ['THING_OWNER_REQUIRED', 'Only an owner does this.', 403],
  thing_step_up: (cause) => new ProblemError(401, 'STEP_UP_REQUIRED', 'Confirm again.', { cause }),
})

/** A refusal as the database driver throws it. */
const refusal = (constraint: string) => Object.assign(new Error('refused'), { code: '23514', constraint })

describe('a rule of the database', () => {
  test('becomes the problem that names it, with what the database said as its cause', async () => {
    const error = refusal('thing_transition')
    await expect(guarded(Promise.reject(error))).rejects.toMatchObject({
      status: 409,
      code: 'THING_STATE_CONFLICT',
      cause: error,
    })
    await expect(guarded(Promise.reject(refusal('thing_owner')))).rejects.toMatchObject({ status: 403 })
    await expect(guarded(Promise.reject(refusal('thing_step_up')))).rejects.toMatchObject({ status: 401 })
  })

  test('that has no name here stays the failure that it is, and so does an error of the program', async () => {
    const unknown = refusal('another_rule')
    await expect(guarded(Promise.reject(unknown))).rejects.toBe(unknown)
    const ours = Object.assign(new Error('ours'), { constraint: 'thing_transition' })
    await expect(guarded(Promise.reject(ours))).rejects.toBe(ours)
  })
})

test('a change that the database takes answers what it answers', async () => {
  await expect(guarded(Promise.resolve('done'))).resolves.toBe('done')
})
