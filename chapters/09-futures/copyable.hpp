#pragma once

#include <array>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace asyncio {

// Copyable<T> says whether a T can be copied. std::is_copy_constructible says
// yes for every std::vector, even one of std::unique_ptr, and the error comes
// when the copy is compiled; so this asks the elements too.
//
// A struct that has such a vector as a member says yes as well, and nobody
// can look into it. Let it be moved only, `S(S&&) = default;`, or specialise
// this for it.
template <class T>
struct Copyable : std::is_copy_constructible<T> {};

template <class T>
inline constexpr bool is_copyable = Copyable<T>::value;

// A container is what has elements and an allocator for them.
template <class T>
  requires requires {
    typename T::value_type;
    typename T::allocator_type;
  }
struct Copyable<T> : Copyable<typename T::value_type> {};

template <class... T>
struct AllCopyable : std::bool_constant<(is_copyable<T> && ...)> {};

template <class T>
struct Copyable<std::optional<T>> : AllCopyable<T> {};
template <class T, std::size_t N>
struct Copyable<std::array<T, N>> : AllCopyable<T> {};
template <class A, class B>
struct Copyable<std::pair<A, B>> : AllCopyable<A, B> {};
template <class... T>
struct Copyable<std::tuple<T...>> : AllCopyable<T...> {};
template <class... T>
struct Copyable<std::variant<T...>> : AllCopyable<T...> {};

}  // namespace asyncio
