import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { use } from 'react'

import { t } from '../platform/words.ts'
import { PresentState } from './kept-form.tsx'

/** Reads again what stands on the page: what was entered over the older state makes way for the present one. */
export function LookAgain() {
  const client = useQueryClient()
  const follow = use(PresentState)
  const look = () => {
    follow()
    void client.invalidateQueries()
  }
  return (
    <div>
      <Button variant="default" onClick={look}>
        {t('trouble.stale_look')}
      </Button>
    </div>
  )
}
