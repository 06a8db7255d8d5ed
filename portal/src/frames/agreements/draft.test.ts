import { expect, test } from 'vitest'

import { draftOf, toBody } from './draft.ts'

test('a draft that is to begin on a later day keeps that day when something else is changed on the page (D4)', () => {
  const terms = {
    components: [],
    hold_days: 30,
    clawback: { flat: 'proportional', window_days: 90 },
    min_payout: {},
    post_termination_months: 0,
    attribution: { model: 'last_touch', window_days: 90 },
  } as const
  const draft = draftOf({
    partner_id: 'par_1',
    template_id: 'agt_1',
    title: 'Partner agreement',
    source: 'Every amount waits {{hold_days}} days.',
    terms: { ...terms, components: [...terms.components] },
    starts_at: '2031-04-01T00:00:00.000Z',
  })
  expect(toBody({ ...draft, title: 'Another title' })).toEqual({
    title: 'Another title',
    template_id: 'agt_1',
    source: draft.source,
    terms,
    starts_at: '2031-04-01T00:00:00.000Z',
  })
})
