"""Class files made without a JDK (JVM specification, chapter 4), which a real JVM verifies and runs.

    classes.entry("com/example/Job", methods=[
        classes.main(classes.call("org/x/Env", "get", "()Lorg/x/Env;"), classes.POP)])

gives ("com/example/Job.class", its bytes), as miniature.jar(extra=[...]) takes it. Names are as in
class files, with slashes. A body has no jumps, so that it needs no stack maps, and ends with a
return that fits its descriptor where it does not say one itself.
"""

import re
import struct

PUBLIC, PRIVATE, PROTECTED, STATIC, FINAL, SUPER = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
INTERFACE, ABSTRACT, MODULE = 0x200, 0x400, 0x8000
OBJECT = "java/lang/Object"

# The slots a type takes and the return instruction of each, by the first letter of its descriptor.
RETURNS = {"V": 0xb1, "J": 0xad, "F": 0xae, "D": 0xaf, "L": 0xb0, "[": 0xb0}
REF_INVOKE_VIRTUAL, REF_INVOKE_STATIC, REF_NEW_INVOKE_SPECIAL = 5, 6, 8


class Pool:
    """A constant pool: each constant once."""

    def __init__(self):
        self.found, self.data, self.next = {}, bytearray(), 1
        self.bootstraps = []

    def add(self, tag, data, slots=1):
        if (tag, data) not in self.found:
            self.found[tag, data] = self.next
            self.data += bytes([tag]) + data
            self.next += slots
        return self.found[tag, data]

    def pair(self, tag, one, two):
        return self.add(tag, struct.pack(">HH", one, two))

    def utf8(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        return self.add(1, struct.pack(">H", len(data)) + data)

    def long(self, value):
        return self.add(5, struct.pack(">q", value), 2)

    def name(self, name):
        return self.add(7, struct.pack(">H", self.utf8(name)))

    def string(self, text):
        return self.add(8, struct.pack(">H", self.utf8(text)))

    def name_and_type(self, name, descriptor):
        return self.pair(12, self.utf8(name), self.utf8(descriptor))

    def member(self, tag, owner, name, descriptor):
        return self.pair(tag, self.name(owner), self.name_and_type(name, descriptor))

    def field(self, *words):
        return self.member(9, *words)

    def method(self, *words):
        return self.member(10, *words)

    def interface_method(self, *words):
        return self.member(11, *words)

    def handle(self, kind, owner, name, descriptor, interface=False):
        member = self.member(11 if interface else 10, owner, name, descriptor)
        return self.add(15, struct.pack(">BH", kind, member))

    def method_type(self, descriptor):
        return self.add(16, struct.pack(">H", self.utf8(descriptor)))

    def dynamic(self, name, descriptor, handle, arguments):
        """An invokedynamic's constant; `handle` and `arguments` are constants of this pool."""
        self.bootstraps.append(struct.pack(">HH", handle, len(arguments)) +
                               b"".join(struct.pack(">H", one) for one in arguments))
        return self.pair(18, len(self.bootstraps) - 1, self.name_and_type(name, descriptor))


# Instructions: each is a function of the pool that gives bytes.
def op(*values):
    return lambda pool: bytes(values)


POP, DUP, NULL, THIS, RETURN = op(0x57), op(0x59), op(0x01), op(0x2a), op(0xb1)


def _with(opcode, constant, tail=b""):
    return lambda pool: struct.pack(">BH", opcode, constant(pool)) + tail


def call(owner, name, descriptor):
    """A call of a static method."""
    return _with(0xb8, lambda pool: pool.method(owner, name, descriptor))


def call_virtual(owner, name, descriptor):
    return _with(0xb6, lambda pool: pool.method(owner, name, descriptor))


def call_special(owner, name="<init>", descriptor="()V"):
    return _with(0xb7, lambda pool: pool.method(owner, name, descriptor))


def call_interface(owner, name, descriptor):
    words = 1 + sum(map(slots, types(descriptor)))
    return _with(0xb9, lambda pool: pool.interface_method(owner, name, descriptor), bytes([words, 0]))


def get_static(owner, name, descriptor):
    return _with(0xb2, lambda pool: pool.field(owner, name, descriptor))


def get_field(owner, name, descriptor):
    return _with(0xb4, lambda pool: pool.field(owner, name, descriptor))


def cast(name):
    return _with(0xc0, lambda pool: pool.name(name))


def load_class(name):
    return _with(0x13, lambda pool: pool.name(name))


def text(value):
    return _with(0x13, lambda pool: pool.string(value))


def new(name, *arguments, descriptor="()V"):
    """An object, made by its constructor; `arguments` are instructions."""
    parts = [_with(0xbb, lambda pool: pool.name(name)), DUP, *arguments,
             call_special(name, "<init>", descriptor)]
    return lambda pool: b"".join(part(pool) for part in parts)


def method_reference(interface, name, erased, kind, owner, method, descriptor):
    """`owner::method` as the functional `interface`, whose method is `name` with the type `erased`:
    what javac makes of a lambda. Class file version 52 and later."""
    def build(pool):
        factory = "java/lang/invoke/LambdaMetafactory"
        kinds = "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;" + \
            "Ljava/lang/invoke/MethodType;Ljava/lang/invoke/MethodType;" + \
            "Ljava/lang/invoke/MethodHandle;Ljava/lang/invoke/MethodType;)" + \
            "Ljava/lang/invoke/CallSite;"
        handle = pool.handle(REF_INVOKE_STATIC, factory, "metafactory", kinds)
        arguments = [pool.method_type(erased), pool.handle(kind, owner, method, descriptor),
                     pool.method_type(erased)]
        constant = pool.dynamic(name, "()L%s;" % interface, handle, arguments)
        return struct.pack(">BHH", 0xba, constant, 0)
    return build


def types(descriptor):
    """The descriptors of a method's parameters."""
    return re.findall(r"\[*(?:L[^;]*;|[BCDFIJSZ])", descriptor[1:descriptor.index(")")])


def slots(descriptor):
    return 2 if descriptor in "JD" else 1


class Method:
    """`code`: its instructions; None: it has none, as an abstract method."""

    def __init__(self, name, descriptor="()V", *code, access=PUBLIC):
        self.name, self.descriptor, self.access = name, descriptor, access
        self.code = None if access & ABSTRACT else code

    def body(self, pool):
        code = b"".join(one(pool) for one in self.code)
        kind = self.descriptor[self.descriptor.index(")") + 1]
        if not self.code or self.code[-1] is not RETURN:
            if not self.code and kind != "V":
                code += {"J": b"\x09", "F": b"\x0b", "D": b"\x0e", "L": b"\x01", "[": b"\x01"}.get(
                    kind, b"\x03")
            code += bytes([RETURNS.get(kind, 0xac)])
        own = 0 if self.access & STATIC else 1
        head = struct.pack(">HHI", 64, own + sum(map(slots, types(self.descriptor))), len(code))
        return head + code + bytes(4)

    def write(self, pool):
        out = struct.pack(">HHH", self.access, pool.utf8(self.name), pool.utf8(self.descriptor))
        if self.code is None:
            return out + bytes(2)
        return out + b"\0\1" + attribute(pool, "Code", self.body(pool))


def method(name, descriptor="()V", *code, access=PUBLIC):
    return Method(name, descriptor, *code, access=access)


def static(name, descriptor="()V", *code, access=PUBLIC | STATIC):
    return Method(name, descriptor, *code, access=access)


def main(*code, access=PUBLIC | STATIC):
    return Method("main", "([Ljava/lang/String;)V", *code, access=access)


def constructor(parent=OBJECT, *code, descriptor="()V", access=PUBLIC):
    return Method("<init>", descriptor, THIS, call_special(parent), *code, access=access)


def field(name, descriptor, access=PUBLIC):
    return lambda pool: struct.pack(">HHHH", access, pool.utf8(name), pool.utf8(descriptor), 0)


def attribute(pool, name, data):
    return struct.pack(">HI", pool.utf8(name), len(data)) + data


def make(name, *, parent=OBJECT, interfaces=(), access=PUBLIC | SUPER, major=52, minor=0,
         fields=(), methods=(), uses=(), constants=(), inner=()):
    """A class file. `uses`: names of classes that its pool has and nothing needs; `constants`:
    functions of the pool, such as lambda pool: pool.long(1); `inner`: the InnerClasses attribute
    as (inner, outer or None, simple name or None, access)."""
    pool = Pool()
    for one in constants:
        one(pool)
    for one in uses:
        pool.name(one)
    body = struct.pack(">HHHH", access, pool.name(name), pool.name(parent) if parent else 0,
                       len(interfaces))
    body += b"".join(struct.pack(">H", pool.name(one)) for one in interfaces)
    body += struct.pack(">H", len(fields)) + b"".join(one(pool) for one in fields)
    body += struct.pack(">H", len(methods)) + b"".join(one.write(pool) for one in methods)
    attributes = []
    if inner:
        attributes.append(attribute(pool, "InnerClasses", struct.pack(">H", len(inner)) + b"".join(
            struct.pack(">HHHH", pool.name(one), pool.name(outer) if outer else 0,
                        pool.utf8(simple) if simple else 0, flags)
            for one, outer, simple, flags in inner)))
    if pool.bootstraps:
        attributes.append(attribute(pool, "BootstrapMethods", struct.pack(
            ">H", len(pool.bootstraps)) + b"".join(pool.bootstraps)))
    body += struct.pack(">H", len(attributes)) + b"".join(attributes)
    return struct.pack(">IHHH", 0xCAFEBABE, minor, major, pool.next) + bytes(pool.data) + body


def entry(name, **more):
    """The class as an entry of a jar."""
    return name + ".class", make(name, **more)


def interface(name, *methods, **more):
    """The entry of an interface with these abstract methods."""
    return entry(name, access=PUBLIC | INTERFACE | ABSTRACT, methods=methods, **more)
