import { expect, test } from 'vitest'

import { tagsOf } from './new-ticket-form.tsx'

test('tags are what stands between commas, each once and without blanks around it', () => {
  expect(tagsOf(' outage, line 2 ,outage,, ')).toEqual(['outage', 'line 2'])
  expect(tagsOf('  ')).toEqual([])
})
