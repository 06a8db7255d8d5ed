import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapStepByStep } from './step-by-step.ts'

test('long work keeps its order and lets what else waits have its turn after every step', async () => {
  const steps: string[] = []
  const others = async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      steps.push('other')
      await setImmediate()
    }
  }
  const [made] = await Promise.all([
    mapStepByStep([1, 2, 3], (item) => {
      steps.push(`step ${item}`)
      return item * 10
    }),
    others(),
  ])
  expect(made).toEqual([10, 20, 30])
  expect(steps).toEqual(['step 1', 'other', 'step 2', 'other', 'step 3', 'other'])
})
