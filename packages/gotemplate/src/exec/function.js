// Functions that templates may call: a Go-like signature plus a TypeScript body. The signature decides how arguments are
// checked and what the error says (`wrong type for value; expected string; got int`), as text/template does by reflection.
/** What a Go function returns as an error or panics with; shown as `error calling NAME: MESSAGE`. */
export class GoError extends Error {
  name = 'GoError';
}
/** A callable Go function. Made by `fn`. */
export class GoFunction {
  params;
  /** Type of the variadic elements, when the function is variadic. */
  rest;
  result;
  type;
  invoke;
  constructor(signature, invoke) {
    this.params = signature.params;
    this.rest = signature.rest;
    this.result = signature.result;
    this.invoke = invoke;
    const texts = [...this.params.map((type) => type.text), ...(this.rest ? [`...${this.rest.text}`] : [])];
    const results = signature.fails === true ? `(${this.result.text}, error)` : this.result.text;
    this.type = { kind: 'func', text: `func(${texts.join(', ')}) ${results}` };
  }
}
/** Marks the last parameter as variadic. */
export function rest(codec) {
  return { rest: codec };
}
/**
 * A function for templates: `fn([str, rest(any)], str, ([format, ...args]) => …)`.
 * The body throws GoError for what the Go function would return as error or panic with.
 */
export function fn(params, result, body) {
  const fixed = [];
  let tail;
  for (const param of params) {
    if ('rest' in param) tail = param.rest;
    else fixed.push(param);
  }
  const signature = { params: fixed.map((codec) => codec.type), rest: tail?.type, result: result.type };
  const count = fixed.length;
  return new GoFunction(signature, (args, call) => {
    const values = [];
    for (let index = 0; index < args.length; index++) {
      const codec = index < count ? fixed[index] : tail;
      values.push(codec === undefined ? args[index] : codec.read(args[index]));
    }
    return result.write(body(values, call));
  });
}
