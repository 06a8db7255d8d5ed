import { Button } from '@mantine/core'
import type { ReactNode } from 'react'

import { ErrorSummary, WriteProblem } from './error-summary.tsx'
import type { FormError } from './error-summary.tsx'

const looks = {
  /** The main act of the page. */
  main: {},
  /** One act beside others. */
  second: { variant: 'default' },
  /** Takes something away. */
  danger: { color: 'red' },
} as const

const none: readonly FormError[] = []

type WriteFormProps = {
  write: { error: Error | null; isPending: boolean }
  /** What the fields lack; it is said on top once the form was sent so. */
  errors?: readonly FormError[]
  /** Verb and object, such as "Save the terms". */
  act: string
  look?: keyof typeof looks
  className?: string
  onSend: () => void
  children: ReactNode
}

/** The form of one write: on top what it lacks or why it was refused, then its fields, then the button that sends it. */
export function WriteForm({ write, errors = none, act, look = 'main', ...form }: WriteFormProps) {
  return (
    <form
      className={form.className ?? 'stack form'}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        form.onSend()
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      {form.children}
      <div>
        <Button type="submit" {...looks[look]} loading={write.isPending}>
          {act}
        </Button>
      </div>
    </form>
  )
}
