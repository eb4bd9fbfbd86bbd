/** JSON whose shape the test itself makes sure of. */
// biome-ignore lint/suspicious/noExplicitAny: a type for each shape would say everything twice
export type Json = any;
