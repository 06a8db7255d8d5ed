import './agencies-words.ts'
import '../../parts/beside.css'
import './agencies.css'

export { FormPage } from './form-page.tsx'
export { NewFormPage } from './new-form-page.tsx'
export { NewTokenPage } from './new-token-page.tsx'
export { StopTokenPage } from './stop-token-page.tsx'
