import './step-up-words.ts'
import { Button, Modal } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'

import { usePathname } from '../platform/navigate.tsx'
import type { StepUpQuestion } from '../platform/step-up.ts'
import { t } from '../platform/words.ts'
import { serverPlaces } from '../places.ts'
import { Note } from './page.tsx'

function Acts({ answer }: Pick<StepUpQuestion, 'answer'>) {
  const [isOpened, setOpened] = useState(false)
  return (
    <div className="row">
      <Button
        component="a"
        href={serverPlaces.stepUp(serverPlaces.stepUpDone)}
        target="_blank"
        rel="noopener"
        variant={isOpened ? 'default' : 'filled'}
        data-autofocus
        onClick={() => setOpened(true)}
      >
        {t('stepup.confirm')}
      </Button>
      <Button variant={isOpened ? 'filled' : 'default'} onClick={() => answer(true)}>
        {t('stepup.go_on')}
      </Button>
      <Button variant="subtle" onClick={() => answer(false)}>
        {t('stepup.keep')}
      </Button>
    </div>
  )
}

/** Gives the focus to the dialog that lay below, which the reader is back in; its button lost it while the act waited. */
function focusBelow(): void {
  if (document.activeElement !== document.body) return
  const dialogs = document.querySelectorAll<HTMLElement>('[role="dialog"]')
  dialogs[dialogs.length - 1]?.focus()
}

/** Asks for a fresh proof of who one is in another window, over whatever form is open, which stays as it is. */
export function StepUpDialog({ question }: { question: StepUpQuestion }) {
  const { answer, isRepeated } = question
  const path = usePathname()
  const asked = useRef(path)
  // Whoever goes elsewhere meanwhile does not want the act any more.
  useEffect(() => {
    if (asked.current !== path) answer(false)
  }, [answer, path])
  useEffect(() => focusBelow, [])
  return (
    <Modal
      opened
      onClose={() => answer(false)}
      closeOnEscape={false}
      title={t('stepup.title')}
      zIndex={400}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className="stack">
        {isRepeated && (
          <div role="alert">
            <Note tone="attention">
              <p>{t('stepup.not_yet')}</p>
            </Note>
          </div>
        )}
        <p>{t('stepup.text')}</p>
        <p className="muted">{t('stepup.then')}</p>
        <Acts answer={answer} />
      </div>
    </Modal>
  )
}
