# mh_embed(TARGET FILE SYMBOL): links the bytes of FILE into TARGET as `const unsigned char SYMBOL[]` and
# `const size_t SYMBOL_size`.

set(MH_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_file.cmake)

function(mh_embed target file symbol)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -DINPUT=${file} -DOUTPUT=${output} -DSYMBOL=${symbol} -P ${MH_EMBED_SCRIPT}
        DEPENDS ${file} ${MH_EMBED_SCRIPT}
        VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
