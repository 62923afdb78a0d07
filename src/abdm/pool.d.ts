/** The pool alone: the library's front door loads everything else that it can do, a tenth of a start-up. */
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici'
}
