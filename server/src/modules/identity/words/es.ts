import { html } from '#platform/html.ts'
import type { IdentityWords } from './en.ts'

/** What the pages of sign-in, recovery and step-up say in Spanish. */
export const ES: IdentityWords = {
  email: 'Correo electrónico',
  password: 'Contraseña',
  goOn: 'Continuar',
  startAgain: 'Empezar de nuevo',
  backToSignIn: 'Volver al inicio de sesión',
  notNow: 'Ahora no',
  seconds: { one: 'segundo', other: 'segundos' },
  minutes: { one: 'minuto', other: 'minutos' },
  wait: (long) => `Demasiados intentos. Espere ${long} y vuelva a intentarlo.`,
  waitUnlocked: (long) =>
    `Demasiados intentos. Espere ${long} y vuelva a intentarlo. No se ha bloqueado nada.`,
  emailMissing: 'Escriba su dirección de correo, por ejemplo nombre@empresa.example.',
  unknownBrowser: 'Navegador desconocido',
  browserOn: (browser, system) => `${browser} en ${system}`,
  signIn: {
    title: 'Inicio de sesión',
    button: 'Iniciar sesión',
    forgotten: '¿Ha olvidado su contraseña?',
    notPartner: '¿Todavía no es socio?',
    apply: 'Solicitar ser socio',
    wrong: 'El correo o la contraseña no son correctos.',
    passwordMissing: 'Escriba su contraseña.',
    toDecide: (provider) => `Inicie sesión en ${provider} para decidir`,
    promise: 'Quien pide el acceso nunca recibe su contraseña.',
  },
  demo: {
    title: 'Esta es una instalación de demostración',
    lead: 'Aquí todas las personas son ficticias. Elija quién quiere ser.',
    leadOf: (password) =>
      html`Aquí todas las personas son ficticias. Elija quién quiere ser, o escriba una dirección y la
      contraseña ${password}.`,
    code: 'En esta demostración nadie tiene teléfono, así que el código ya está escrito.',
    codeIn: (long) =>
      `En esta demostración nadie tiene teléfono, así que el código ya está escrito. El anterior se acaba de usar; este se aceptará dentro de ${long}.`,
  },
  passkey: {
    title: 'Iniciar sesión con una llave de acceso',
    lead: 'Su dispositivo le pide la huella, la cara o su PIN. No hace falta contraseña.',
    use: 'Usar una llave de acceso',
    needsScript: 'Las llaves de acceso necesitan JavaScript. Todo lo demás funciona sin él.',
    back: 'Iniciar sesión con correo y contraseña',
    refused: 'Esta llave de acceso no se ha aceptado. Vuelva a intentarlo o use su contraseña.',
    unable: 'Este navegador no puede usar llaves de acceso en esta página. Use otro medio u otro navegador.',
    known: 'Este dispositivo ya guarda una llave de acceso para esta cuenta.',
    none: 'No se ha presentado ninguna llave de acceso. Vuelva a intentarlo o use otro medio.',
  },
  factor: {
    title: 'Muestre su segundo factor',
    lead: (name) => `Su contraseña es correcta. Un paso más, ${name}.`,
    code: 'Código',
    codeHint: 'Los seis dígitos de su aplicación de autenticación. También sirve un código de recuperación.',
    recovery: 'Código de recuperación',
    recoveryHint: 'Uno de los diez códigos que guardó al crear su llave de acceso.',
    lost: '¿Ha perdido su dispositivo y sus códigos? Puede ayudarle quien gestiona los miembros de su organización.',
    wrong:
      'No se ha aceptado. Cada código sirve una sola vez y durante un minuto aproximadamente; escriba el que aparece ahora.',
  },
  stepUp: {
    title: 'Confirme su identidad',
    lead: 'Para lo que va a hacer debe quedar fuera de duda que es usted. La confirmación vale 15 minutos.',
    wrongCode: 'No se ha aceptado. Escriba el código que aparece ahora.',
    wrongPassword: 'La contraseña no es correcta.',
    done: 'Su identidad está confirmada',
    doneLead: 'Cierre esta ventana y siga donde estaba. La confirmación vale 15 minutos.',
  },
  recover: {
    title: 'Establecer una contraseña nueva',
    lead: 'Enviamos un enlace a su dirección. Funciona una sola vez, durante 30 minutos.',
    send: 'Enviarme un enlace',
    sentTitle: 'Revise su correo',
    sent: (email) => `Si ${email} pertenece a una cuenta de aquí, hay un mensaje en camino.`,
    nothing:
      '¿No ha llegado nada en cinco minutos? Mire en el correo no deseado o compruebe la dirección. Su segundo factor no cambia y se le pedirá después de la contraseña nueva.',
    goneTitle: 'Este enlace ya no funciona',
    gone: 'Ya se usó, o sus 30 minutos han pasado.',
    again: 'Pedir otro enlace',
    whose: (email) => `Para ${email}. Todas sus sesiones terminan y usted inicia sesión de nuevo.`,
    set: 'Establecer la contraseña nueva',
  },
  newPassword: {
    label: 'Contraseña nueva',
    hint: (shortest) =>
      `Al menos ${shortest} caracteres, los que quiera. Cuatro palabras sin relación van bien; pegar la de un gestor de contraseñas es mejor.`,
    short: (shortest) =>
      `Escriba al menos ${shortest} caracteres. Unas cuantas palabras sin relación van bien y se recuerdan con facilidad.`,
    long: (longest) => `Escriba como máximo ${longest} caracteres.`,
    guessable:
      'Esta contraseña es fácil de adivinar: está hecha de palabras corrientes, filas de teclas o su propio nombre. Elija otra.',
    breached:
      'Esta contraseña figura en una lista de contraseñas robadas en otro sitio. Quien tiene la lista la prueba primero. Elija otra.',
  },
  enrol: {
    must: 'Lo que verá aquí pertenece a otros, así que una contraseña sola no basta. Se tarda un minuto, una sola vez.',
    may: 'Con un segundo factor, su cuenta sigue siendo suya aunque alguien averigüe su contraseña.',
    more: 'Entonces hará falta algo más que su contraseña para abrir su cuenta.',
    app: 'Configurar una aplicación de autenticación',
    scan: 'Escanee esto con una aplicación de autenticación, o escriba en ella la clave.',
    appCode: 'Código que muestra la aplicación',
    appCodeHint: 'Seis dígitos. Cambian cada 30 segundos.',
    confirm: 'Confirmar',
    passkeyInstead: 'Usar mejor una llave de acceso',
    passkey: 'Crear una llave de acceso',
    passkeyLead:
      'Una llave de acceso la guarda su dispositivo o su gestor de contraseñas, y se abre con su huella, su cara o un PIN. El phishing no puede con ella, y también le permite entrar sin contraseña.',
    passkeyName: 'Nombre de esta llave de acceso',
    passkeyHint: 'Para reconocerla en la lista.',
    appInstead: 'Usar mejor una aplicación de autenticación',
    openTooLong: 'Esta página estuvo abierta demasiado tiempo. Escanee el código nuevo.',
    notNow: 'Ese no es el código que la aplicación muestra ahora. Escriba el actual.',
    oneAlready: 'Ya hay una aplicación de autenticación. Quítela primero.',
    refused: 'La llave de acceso no se ha aceptado. Vuelva a intentarlo.',
  },
  codes: {
    title: 'Guarde sus códigos de recuperación',
    lead: 'Si pierde su dispositivo, uno de estos códigos sustituye a su segundo factor. Cada uno sirve una sola vez.',
    keep: 'Imprímalos o guárdelos ahora en su gestor de contraseñas.',
    once: 'No volverán a mostrarse; en la página de su cuenta puede crear otros.',
    kept: 'Ya los he guardado',
  },
  choose: {
    title: '¿Adónde quiere ir?',
    lead: 'Puede estar aquí en nombre de más de una parte. Elija una; puede cambiar en cualquier momento.',
    noPlace: 'Todavía no hay adónde ir',
    noPlaceLead: 'Ha iniciado sesión, pero ahora no pertenece a ninguna organización de aquí.',
    invite: (email) => `Quien gestiona los miembros de su organización puede invitar a ${email}.`,
    platform: 'Plataforma',
    roles: {
      SUPER_ADMIN: 'Administración de la plataforma',
      PARTNER_OWNER: 'Socio · usted es responsable',
      PARTNER_STAFF: 'Socio · usted forma parte del equipo',
      TENANT_ADMIN: 'Su organización · usted es administrador',
      TENANT_USER: 'Su organización',
    },
  },
  signOut: {
    title: '¿Cerrar la sesión?',
    lead: (name) => `Ha iniciado sesión como ${name}.`,
    half: 'Puede que en este navegador haya un inicio de sesión sin terminar.',
    button: 'Cerrar sesión',
    stay: 'Seguir conectado',
  },
}
