import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'

import { t } from '../platform/words.ts'

/** Reads again what stands on the page: what was entered over the older state makes way for the present one. */
export function LookAgain() {
  const client = useQueryClient()
  return (
    <div>
      <Button variant="default" onClick={() => void client.invalidateQueries()}>
        {t('trouble.stale_look')}
      </Button>
    </div>
  )
}
