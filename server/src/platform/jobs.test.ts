import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { HopelessError, startJobs } from '#platform/jobs.ts'
import type { Jobs, JobsOptions } from '#platform/jobs.ts'
import { makeMailHandler } from '#platform/mail.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let jobs: Jobs
const seen: string[] = []
const errors: Error[] = []

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  jobs = await startJobs({
    database: world.database,
    topics: {
      mail: makeMailHandler({ database: world.database, smtpUrl: undefined, from: 'test' }),
      note: (payload) => Promise.resolve(void seen.push(String(payload['text']))),
    },
    sharedQueues: {
      news: {
        'news.one': () => Promise.resolve(void seen.push('first')),
        'news.two': (payload) => Promise.resolve(void seen.push(`second ${String(payload['text'])}`)),
      },
    },
    schedules: [],
    onError: (error) => errors.push(error),
  })
})
afterAll(async () => {
  await jobs.stop()
  await world[Symbol.asyncDispose]()
})

const put = (topic: string, payload: unknown) =>
  world.sql('insert into outbox (topic, payload) values ($1, $2)', [topic, JSON.stringify(payload)])

test('what a committed transaction put into the outbox is done', async () => {
  await put('note', { text: 'one' })
  await vi.waitFor(() => expect(seen).toContain('one'), SOON)
  expect(await world.sql('select id from outbox')).toEqual([])
})

test('topics that share a queue each go to their own handler', async () => {
  await put('news.two', { text: 'two' })
  await put('news.one', {})
  await vi.waitFor(() => expect(seen).toEqual(expect.arrayContaining(['first', 'second two'])), SOON)
})

test('a mail is kept for reading when no transport is configured', async () => {
  await put('mail', { to: 'dana@example.test', subject: 'Hello', text: 'Body' })
  await vi.waitFor(
    async () =>
      expect(await world.sql('select recipient, subject from mail_message')).toEqual([
        { recipient: 'dana@example.test', subject: 'Hello' },
      ]),
    SOON,
  )
})

test('a message of a transaction that is still running is not overtaken by a later one', async () => {
  const slow = await world.database.pool('liaison_job').connect()
  await slow.query('begin')
  await slow.query(`insert into outbox (topic, payload) values ('note', '{"text":"early"}')`)
  await put('note', { text: 'late' })
  await jobs.dispatch()
  expect(seen).not.toContain('late')
  await slow.query('commit')
  slow.release()
  await vi.waitFor(() => expect(seen).toEqual(expect.arrayContaining(['early', 'late'])), SOON)
  expect(errors).toEqual([])
})

test('R7: what fails neither repeats nor keeps back what was fetched with it, and is told', async () => {
  const [attempts, told] = [new Array<string>(), new Array<string>()]
  const failing = await startJobs({
    database: world.database,
    topics: {
      parcel(payload) {
        const text = String(payload['text'])
        attempts.push(text)
        return text === 'broken' ? Promise.reject(new Error('It is broken.')) : Promise.resolve()
      },
    },
    schedules: [],
    onError: (error, where) => told.push(`${where}: ${error.message}`),
  })
  try {
    for (const text of ['before', 'broken', 'after']) await put('parcel', { text })
    await failing.dispatch()
    await vi.waitFor(() => expect(attempts.filter((text) => text === 'broken')).toHaveLength(2), SOON)
    expect(attempts).toEqual(['before', 'broken', 'after', 'broken'])
    expect(told).toEqual(['parcel: It is broken.', 'parcel: It is broken.'])
  } finally {
    await failing.stop()
  }
})

test('R7: what waits for a server of somebody else is not given up with what only a mistake of ours breaks', async () => {
  let isBack = false
  const [sent, tried] = [new Array<string>(), new Array<string>()]
  const patient = await startJobs({
    database: world.database,
    topics: {
      letter(payload) {
        tried.push('letter')
        if (payload['text'] === 'hopeless') return Promise.reject(new HopelessError('Nobody lives there.'))
        if (!isBack) return Promise.reject(new Error('The mail server is away.'))
        return Promise.resolve(void sent.push(String(payload['text'])))
      },
      mistake() {
        tried.push('mistake')
        return Promise.reject(new Error('This never works.'))
      },
    },
    patientTopics: ['letter'],
    schedules: [],
    onError: () => undefined,
  })
  const statesOf = (text: string) =>
    world.sql(
      `select name, state from job.job where data -> 'payload' ->> 'text' = $1 and state in ('retry', 'created') order by name`,
      [text],
    )
  try {
    await put('letter', { text: 'patient' })
    await put('mistake', { text: 'hasty' })
    await patient.dispatch()
    await vi.waitFor(() => expect(tried.toSorted()).toEqual(['letter', 'mistake']), SOON)
    await vi.waitFor(async () => expect(await statesOf('hasty')).toHaveLength(1), SOON)
    await vi.waitFor(async () => expect(await statesOf('patient')).toHaveLength(1), SOON)
    // As after ten minutes, in which each was tried as often as what is tried briefly. Asked again: one may be on its next try.
    await vi.waitFor(async () => {
      await world.sql(
        `update job.job set retry_count = 8, start_after = now() where state = 'retry' and retry_count < 8`,
      )
      expect(await statesOf('hasty')).toEqual([{ name: 'dead', state: 'created' }])
    }, SOON)
    const triesOf = (topic: string) => tried.filter((one) => one === topic).length
    await vi.waitFor(() => expect(triesOf('letter')).toBeGreaterThan(1), SOON)
    isBack = true
    await vi.waitFor(async () => {
      await world.sql(`update job.job set start_after = now() where name = 'letter' and state = 'retry'`)
      expect(sent).toEqual(['patient'])
    }, SOON)
    await put('letter', { text: 'hopeless' })
    await patient.dispatch()
    await vi.waitFor(
      async () => expect(await statesOf('hopeless')).toEqual([{ name: 'dead', state: 'created' }]),
      SOON,
    )
  } finally {
    await patient.stop()
  }
})

test('R11: a message that only the next version knows waits for a process of that version', async () => {
  await put('novelty', { text: 'new' })
  expect(await jobs.dispatch()).toBe(0)
  expect(await world.sql('select topic from outbox')).toEqual([{ topic: 'novelty' }])
  const next = await startJobs({
    database: world.database,
    topics: { novelty: (payload) => Promise.resolve(void seen.push(String(payload['text']))) },
    schedules: [],
    onError: (error) => errors.push(error),
  })
  try {
    await vi.waitFor(() => expect(seen).toContain('new'), SOON)
  } finally {
    await next.stop()
  }
  expect(errors).toEqual([])
})

test('a message that no process has known for an hour is told and given up', async () => {
  await put('forgotten', {})
  await world.sql(`update outbox set created_at = now() - interval '61 minutes' where topic = 'forgotten'`)
  await jobs.dispatch()
  await vi.waitFor(
    () => expect(errors).toEqual([new Error('No handler for the outbox topic forgotten')]),
    SOON,
  )
  expect(await world.sql('select topic from outbox')).toEqual([])
})

test('a later start finds what is there, makes what is new, and follows a clock that changed', async () => {
  const startWith = (schedules: JobsOptions['schedules']) =>
    startJobs({
      database: world.database,
      topics: { note: (payload) => Promise.resolve(void seen.push(String(payload['text']))) },
      schedules,
      onError: (error) => errors.push(error),
    })
  const nothing = () => Promise.resolve()
  const readClocks = () => world.sql('select name, cron from job.schedule order by name')
  const first = await startWith([{ name: 'daily', cron: '1 3 * * *', run: nothing }])
  await first.stop()
  const second = await startWith([
    { name: 'daily', cron: '2 4 * * *', run: nothing },
    { name: 'hourly', cron: '5 * * * *', run: nothing },
  ])
  try {
    expect(await readClocks()).toEqual([
      { name: 'daily', cron: '2 4 * * *' },
      { name: 'hourly', cron: '5 * * * *' },
    ])
    await put('note', { text: 'again' })
    await second.dispatch()
    await vi.waitFor(() => expect(seen).toContain('again'), SOON)
  } finally {
    await second.stop()
  }
})

test('work by the clock that fails is told, with its name', async () => {
  const told: string[] = []
  const failing = await startJobs({
    database: world.database,
    topics: {},
    schedules: [{ name: 'broken', cron: '0 0 1 1 *', run: () => Promise.reject(new Error('It is broken.')) }],
    onError: (error, where) => told.push(`${where}: ${error.message}`),
  })
  try {
    // As when its time has come.
    await world.sql(`insert into job.job (name) values ('broken')`)
    await vi.waitFor(() => expect(told).toEqual(['broken: It is broken.']), SOON)
    await vi.waitFor(
      async () =>
        expect(await world.sql(`select state from job.job where name = 'broken'`)).toEqual([
          { state: 'failed' },
        ]),
      SOON,
    )
  } finally {
    await failing.stop()
  }
})

test('R7: what the clock would have started while no server ran is started once when one runs again', async () => {
  const runs: string[] = []
  const start = () =>
    startJobs({
      database: world.database,
      topics: {},
      // Of these two one is as far from now as a day allows, whenever this runs.
      schedules: ['0 0 * * *', '0 12 * * *'].map((cron, index) => ({
        name: `nightly-${index}`,
        cron,
        run: () => Promise.resolve(void runs.push(cron)),
      })),
      onError: (error) => errors.push(error),
    })
  await (await start()).stop()
  // As after three days without a server.
  await world.sql(
    `update job.schedule set created_on = now() - interval '9 days' where name like 'nightly-%'`,
  )
  await world.sql(`update job.version set cron_on = now() - interval '3 days'`)
  const again = await start()
  try {
    await vi.waitFor(() => expect(runs.toSorted()).toEqual(['0 0 * * *', '0 12 * * *']), SOON)
  } finally {
    await again.stop()
  }
})
