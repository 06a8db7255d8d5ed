import { Button } from '@mantine/core'
import type { ReactNode } from 'react'

import { t } from '../../platform/words.ts'

const id = 'allow-less'

/** Where the form that allows less stands, so that it is found from the head of the page. */
export function LessPlace({ children }: { children: ReactNode }) {
  return (
    <div id={id} tabIndex={-1}>
      {children}
    </div>
  )
}

/** Leads to that form, beside the buttons that pause and stop. */
export function LessButton() {
  return (
    <Button variant="default" onClick={() => document.getElementById(id)?.focus()}>
      {t('narrow.title')}…
    </Button>
  )
}
