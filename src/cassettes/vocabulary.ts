import { operations, type Shape, shapeOf } from './shape.ts'

/**
 * The words that ABDM's texts are made of. A name, a street or a number has no form to be told by, so a cassette keeps
 * these words and no others. None of them is a name that people have.
 */

/** What ABDM V3 is documented to say and what its gateways do, word by word. */
const said = `
  a about access account accounts action activate activated activation active add added address addresses after again against
  all allow allowed alphabets already also an and any api app application are argument array as at attempt attempts authenticate
  authenticated authentication authorisation authorization authorized available awaiting bad banking be because been before
  benefit biometric block blocked body both bounds by can cannot capture captured card cause certificate change changed character
  characters check choose client closed code codes combination combinations complete completed conflict connect connection
  consent contact contain contains content correct could create created creation credentials current currently data database
  date day days de deactivate deactivated delete deleted demographic demographics denied dependent description detail details did
  didn't different digit digits disabled district do document does doesn't don't driving due duplicate either email empty enable
  enabled encrypted encryption end ended ending enrol enroll enrolled enrollment enrolment enter entered entity entries error
  errors exceed exceeded exception exist existing exists expected expire expired failed failure family fetch field fields file
  final finished first for forbidden form format found full gateway generate generated generating get given granted has have
  header headers health hit hour hours http identifier illegal image in inactive incorrect index init initiate initiated input
  internal invalid invocation is issue it its json kindly kyc lack last length level license licence limit link linked linking
  list locked log logged login logout make malformed many match matched matches matching maximum media message method minimum
  minute minutes mismatch missing mobile modified more multiple must name need new no not notification now null number numbers
  numeric object of off on once one only operation or otp otps out parameter parent party password pattern pending permission
  permitted phone photo picture please present previous privilege privileges priviledges process processed proper provide
  provided public range reach reached read reason reasons received record records recover refresh refused regenarate regenerate
  register registered registration rejected remove removed report request requested requests required resend reset resource
  response restricted result retry role roles runtime same scan search seconds secret securely security send sending sent server
  service services session set size sms some something specified spelling standard state status string submit submitted success
  successful successfully suggestion supported suspended switch system temporarily that the their there this time timed timeout
  timestamp to today token tokens too transaction try type unable unauthorised unauthorized unavailable unblocked unclassified under
  unexpected unique unknown unlink unlinked unprocessable unreachable unsupported until update updated upload use used user users
  using valid validate validated validation validity value values verification verified verify version via wait was way web went
  were when which while will with within without wrong yet you your
  aadhaar abdm abha apis bearer byaadhaar byabdm capturepid child certs cmid dl face fingerprint hie hip hiu hpr id ids idp index iris lgd
  nha oauth octet pan phr pid qr realm redis rsa sbx spring txn uidai uri url utf uuid wso
  true false done over path requestid flag transfer from locker auth xml html text plain png jpeg stream base unicode token x t r b
`

const camelWords = (name: string): string[] =>
  name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}']+/u)
    .filter(Boolean)

/** The names of fields, the fixed values, and what the schemas say of a field that is refused. */
const wordsIn = (shape: Shape): string[] => [
  ...Object.entries(shape.properties ?? {}).flatMap(([name, part]) => [
    name.toLowerCase(),
    ...camelWords(name),
    ...wordsIn(part),
  ]),
  ...[...shape.literals].flatMap((literal) => camelWords(String(literal))),
  ...(shape.items ? wordsIn(shape.items) : []),
]

const ofOperations = operations.flatMap(({ body, query, reply, variants }) => [
  ...[body, query, reply].flatMap((schema) => (schema ? wordsIn(shapeOf(schema)) : [])),
  ...Object.values(variants).flatMap(({ scope, loginHint = '' }) => [...scope, loginHint].flatMap(camelWords)),
])

const known: ReadonlySet<string> = new Set([...said.split(/\s+/), ...ofOperations])

export const isKnownWord = (word: string): boolean => known.has(word.toLowerCase().replace('’', "'"))

/** A field of ABDM's that no schema has is still one if its name says nothing else. */
export const isKnownName = (name: string): boolean =>
  /^[A-Za-z]\w{0,40}$/.test(name) && !/\d/.test(name) && camelWords(name).every((word) => known.has(word))

/** Codes of ABDM, of its older services and of the API gateway: what else stands in their place is words. */
export const isKnownCode = (text: string): boolean =>
  /^((ABDM|ABHA|HIS|MIS)-\d{1,4}|\d{3}|192[12]|9009\d\d)[:\s]*$/.test(text)

const types = /^(application\/(json|problem\+json|octet-stream|xml)|text\/(plain|html|xml)|image\/(png|jpeg))$/i
export const isKnownType = (type: string): boolean => {
  const [media = '', ...parameters] = type.split(/; ?/)
  return types.test(media) && parameters.every((one) => /^charset="?(utf-?8|us-ascii|iso-8859-1)"?$/i.test(one))
}
