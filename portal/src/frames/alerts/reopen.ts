import type { LiaisonClient } from '@liaison/client'

import { sayTrouble } from '../../parts/say-trouble.ts'
import { readTrouble } from '../../platform/access-problem.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { reopenAlert } from './calls.ts'
import type { Desk, ShownAlert } from './calls.ts'

/** Takes something back by a call. Its row may be gone from the page by then, so what came of it is said in a sentence. */
export function useTakeBack(call: (client: LiaisonClient) => Promise<unknown>, done: string): () => void {
  const write = useWrite(
    async (_nothing: void, { client }) => {
      try {
        await call(client)
        return true
      } catch (error) {
        if (!('problem' in readTrouble(error))) throw error
        sayTrouble(error)
        return false
      }
    },
    (isBack) => {
      if (isBack) showToast(done)
    },
  )
  return () => write.mutate()
}

/** Opens an alert again, as it was before it was closed or taken. */
export function useReopen({ alert, desk }: { alert: ShownAlert; desk: Desk }): () => void {
  return useTakeBack(
    (client) => reopenAlert(client, desk, alert.alert_id),
    t('alerts.reopened', { alert: alert.title }),
  )
}
