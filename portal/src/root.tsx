import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { Button } from '@mantine/core'
import { lazy, Suspense } from 'react'

import { StopPage } from './parts/stop-page.tsx'
import { dismissToast, useAnnouncement, useMismatch, useToasts } from './platform/live.ts'
import type { Toast } from './platform/live.ts'
import { createQueryClient } from './platform/query.ts'
import { answerStepUpOnEscape, useStepUpQuestion } from './platform/step-up.ts'
import { theme } from './platform/theme.ts'
import { t } from './platform/words.ts'

const queryClient = createQueryClient()
answerStepUpOnEscape()

const StepUpDialog = lazy(async () => ({
  default: (await import('./parts/step-up-dialog.tsx')).StepUpDialog,
}))

const UnsavedWork = lazy(async () => ({
  default: (await import('./parts/unsaved-work.tsx')).UnsavedWork,
}))

/** The question of an act that waits for a fresh proof of who one is. */
function StepUp() {
  const question = useStepUpQuestion()
  if (question === null) return null
  return (
    <Suspense fallback={null}>
      <StepUpDialog question={question} />
    </Suspense>
  )
}

function UndoButton({ toast, undo }: { toast: Toast; undo: () => void }) {
  const take = () => {
    dismissToast(toast.id)
    undo()
  }
  return (
    <button type="button" className="row-tool" onClick={take}>
      {t('toast.undo')}
    </button>
  )
}

function Live() {
  const sentence = useAnnouncement()
  const toasts = useToasts()
  return (
    <>
      <div className="unseen" role="status">
        {sentence}
      </div>
      <div className="toasts" role="status">
        {toasts.map((toast) => (
          <div key={toast.id} className="toast">
            <span>{toast.text}</span>
            {toast.undo && <UndoButton toast={toast} undo={toast.undo} />}
            <button type="button" className="row-tool" onClick={() => dismissToast(toast.id)}>
              {t('toast.dismiss')}
            </button>
          </div>
        ))}
      </div>
    </>
  )
}

/** An answer named another tenant than the one asked for: nothing may be rendered until the page is fresh. */
function MismatchStop() {
  return (
    <StopPage title={t('mismatch.title')} isAlarm>
      <p>{t('mismatch.text')}</p>
      <div>
        <Button onClick={() => window.location.reload()}>{t('mismatch.reload')}</Button>
      </div>
    </StopPage>
  )
}

/** What surrounds every frame: skip link, live regions, theme and cache. */
export function Root() {
  const isMismatch = useMismatch()
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <a className="skip" href="#main">
          {t('skip')}
        </a>
        {isMismatch ? <MismatchStop /> : <Outlet />}
        <StepUp />
        <Suspense fallback={null}>
          <UnsavedWork />
        </Suspense>
        <Live />
      </QueryClientProvider>
    </MantineProvider>
  )
}
