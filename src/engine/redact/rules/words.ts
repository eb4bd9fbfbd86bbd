/** `my-service-token-2`, `node_modules/foo.bar`, `someCamelCaseName`: parts that are words or short numbers. */
export function isWords(value: string): boolean {
  const parts = value.split(/[-_./:@+=]|(?<=[a-z])(?=[A-Z])/).filter((part) => part !== '');
  const words = parts.filter((part) => /^(?:[A-Z]?[a-z]{2,14}|[A-Z]{1,12}|[a-z]|v?\d{1,4})$/.test(part));
  return words.length === parts.length && parts.length < value.length / 3;
}
